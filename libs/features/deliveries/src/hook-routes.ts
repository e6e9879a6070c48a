import { OperationalError, systemCodeOf } from '@tidewaiter/kit';
import { eventGridSource, hookSources, type HookSource } from '@tidewaiter/registry';
import { sendProblem } from '@tidewaiter/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HookRefusal, ReceivedCall, ReceiveDelivery } from './receive-delivery';

/**
 * `POST /hooks/{source}/{registry}`. Plain Fastify routes in a scope of their own, because the body must arrive as bytes: one
 * that is not JSON is kept and shown too.
 */
export async function registerHookRoutes(server: FastifyInstance, receiver: ReceiveDelivery): Promise<void> {
  await server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.setErrorHandler((error, request, reply) => answerError(receiver, error, { request, reply }));
    for (const source of hookSources) {
      scope.post(`/hooks/${source.id}/:registry`, { bodyLimit: source.maxBodyBytes }, (request, reply) =>
        answer(receiver, callOf(request, source), reply),
      );
    }
    scope.options(`/hooks/${eventGridSource.id}/:registry`, (request, reply) => consent(receiver, request, reply));
    done();
  });
}

async function answer(receiver: ReceiveDelivery, call: ReceivedCall, reply: FastifyReply): Promise<FastifyReply> {
  const result = await receiver.receive(call);
  if ('refusal' in result) return refuse(result, reply);
  const { status, deliveries, duplicates, handshake } = result;
  return reply
    .status(status)
    .send(handshake === undefined ? { deliveries, duplicates } : { validationResponse: handshake.validationCode });
}

async function consent(receiver: ReceiveDelivery, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const origin = request.headers['webhook-request-origin'];
  const result = await receiver.consent(
    callOf(request, eventGridSource),
    typeof origin === 'string' ? origin : undefined,
  );
  return 'refusal' in result
    ? refuse(result, reply)
    : reply
        .status(200)
        .headers({ ...result })
        .send();
}

function refuse({ status, refusal }: HookRefusal, reply: FastifyReply): FastifyReply {
  const { code, title, message } = refusal;
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  return sendProblem(reply, { status, code, title, detail: message });
}

/**
 * Our own trouble is 503 and nothing else: Event Grid tries again after that, and never again after 400, 401, 403 or 413.
 * https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 */
async function answerError(
  receiver: ReceiveDelivery,
  error: unknown,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  if (error instanceof OperationalError) {
    const { code, message: detail, retryAfterSeconds = 5 } = error;
    return sendProblem(reply, { status: 503, code, title: 'Not at the moment', detail, retryAfterSeconds });
  }
  const source = sourceOf(request);
  const refusal = refusalOf(systemCodeOf(error), source);
  if (refusal === undefined) throw error;
  const { code, detail } = refusal;
  await receiver.reject(callOf(request, source), { code, message: detail });
  return sendProblem(reply, refusal);
}

/** What ends a call before its body is read. */
function refusalOf(code: string | undefined, { maxBodyBytes }: HookSource) {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const detail = `the body is larger than the ${String(maxBodyBytes)} bytes it may have`;
    return { status: 413, code: 'webhook-too-large', title: 'Webhook body too large', detail } as const;
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const detail = 'its Content-Type is no media type; send application/json';
    return { status: 415, code: 'webhook-type-invalid', title: 'Webhook body of no known type', detail } as const;
  }
  return undefined;
}

function callOf(request: FastifyRequest, source: HookSource): ReceivedCall {
  const { params, query, headers, body } = request;
  return {
    source,
    registryName: fieldOf(params, 'registry') ?? '',
    querySecret: fieldOf(query, 'secret'),
    headers,
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  };
}

function fieldOf(fields: unknown, name: string): string | undefined {
  const value: unknown = typeof fields === 'object' && fields !== null ? Reflect.get(fields, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function sourceOf(request: FastifyRequest): HookSource {
  return hookSources.find(({ id }) => request.url.startsWith(`/hooks/${id}/`)) ?? eventGridSource;
}
