import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { messageOf, UserError, type Logger } from '@tidewaiter/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../send-problem';
import { problemOf } from './problem';

/** Answers every error as a problem document, and writes down those that somebody has to look at. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    const fields = { requestId: request.id, method: request.method, path: pathOf(request), code: problem.code };
    if (problem.status === 500) this.logger.error('request broke', { ...fields, error });
    else if (problem.status > 500) this.logger.warn('request failed', { ...fields, reason: messageOf(error) });
    else if (!(error instanceof UserError))
      this.logger.debug('request refused', { ...fields, reason: messageOf(error) });
    // A stream that broke in the middle (server-sent events) can only be cut off.
    if (reply.sent || reply.raw.headersSent) reply.raw.destroy();
    else sendProblem(reply, problem);
  }
}

/** Without the query, which may hold what does not belong into a log. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
