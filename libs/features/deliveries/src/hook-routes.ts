import { sendProblem } from '@tidewaiter/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hookSources, type HookSource } from './parse-hook';
import type { HookCall, ReceiveDelivery } from './receive-delivery';

/** A registry's event is about a kilobyte; an envelope holds some dozens. */
const maxBodyBytes = 256 * 1024;

/**
 * `POST /hooks/{acr|distribution}/{registry}`. Plain Fastify routes in a scope of their own, because the body must arrive as
 * bytes: one that is not JSON is kept and shown too.
 */
export async function registerHookRoutes(server: FastifyInstance, receiver: ReceiveDelivery): Promise<void> {
  await server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.setErrorHandler(async (error, request, reply) => {
      const isTooLarge = error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
      if (!isTooLarge) throw error;
      const message = `the body is larger than the ${String(maxBodyBytes)} bytes a webhook may have`;
      await receiver.reject(callOf(request, sourceOf(request)), { code: 'webhook-too-large', message });
      return sendProblem(reply, {
        status: 413,
        code: 'webhook-too-large',
        title: 'Webhook body too large',
        detail: message,
      });
    });
    for (const source of hookSources) {
      scope.post(`/hooks/${source}/:registry`, { bodyLimit: maxBodyBytes }, (request, reply) =>
        answer(receiver, callOf(request, source), reply),
      );
    }
    done();
  });
}

async function answer(receiver: ReceiveDelivery, call: HookCall, reply: FastifyReply): Promise<FastifyReply> {
  const result = await receiver.receive(call);
  if ('refusal' in result) {
    const { code, title, message } = result.refusal;
    if (result.status === 401) void reply.header('www-authenticate', 'Bearer');
    return sendProblem(reply, { status: result.status, code, title, detail: message });
  }
  const { status, deliveries, duplicates } = result;
  return reply.status(status).send({ deliveries, duplicates });
}

function callOf(request: FastifyRequest, source: HookSource): HookCall {
  const { params, headers, body } = request;
  const registryName =
    typeof params === 'object' && params !== null && 'registry' in params ? String(params.registry) : '';
  const token = headers['x-webhook-token'];
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return {
    source,
    registryName,
    secret: bearer ?? (typeof token === 'string' ? token : undefined),
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  };
}

function sourceOf(request: FastifyRequest): HookSource {
  return hookSources.find((source) => request.url.startsWith(`/hooks/${source}/`)) ?? 'acr';
}
