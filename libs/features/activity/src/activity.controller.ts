import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { messageOf, OperationalError, type Logger } from '@tidewaiter/kit';
import { LOGGER, Route } from '@tidewaiter/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventsQuery } from './activity.schema';
import { ActivityLog } from './activity-log';
import { ActivityStream } from './activity-stream';
import { EventStreamConnection } from './event-stream-connection';

const maxConnections = 500;

@Controller('api/v1/events')
export class ActivityController {
  private connections = 0;

  constructor(
    private readonly stream: ActivityStream,
    private readonly log: ActivityLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get()
  @Route({
    summary: 'What happens, as it happens',
    description:
      'Server-sent events. Each has the kind as its `event`, and as its `data` a JSON document with `id`, `at`, `kind` and ' +
      '`payload`. A client that comes back with `Last-Event-ID` gets what it missed; it may get some events again, which ' +
      'have the same `id` in their data. `stream.gap` says that too much was missed.',
    tags: ['activity'],
    query: EventsQuery,
    responses: { 200: { description: 'The stream; it has no end.', mediaType: 'text/event-stream' } },
    problems: { 503: 'Too many clients listen already.' },
    scope: 'read',
  })
  async events(
    @Query() { kind, lastEventId }: EventsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (this.connections >= maxConnections) {
      throw new OperationalError(
        'event-streams-too-many',
        `${String(maxConnections)} clients listen already; try later`,
      );
    }
    const resumeAfter = idOf(request.headers['last-event-id']) ?? idOf(lastEventId);
    const connection = new EventStreamConnection(reply.raw, { kinds: kind, resumeAfter });
    const subscription = await this.stream.subscribe(connection);
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Asks proxies such as nginx to pass events on at once.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    this.connections += 1;
    try {
      await connection.run(subscription, this.log);
    } catch (error) {
      // Too late for a problem document; the client comes back and resumes.
      this.logger.warn('event stream broke', { error: messageOf(error) });
    } finally {
      this.connections -= 1;
    }
  }
}

/** An id that is not ours is as good as none. */
function idOf(text: string | string[] | undefined): bigint | undefined {
  return typeof text === 'string' && /^\d{1,18}$/.test(text) ? BigInt(text) : undefined;
}
