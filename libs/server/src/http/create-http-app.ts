import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { messageOf, systemCodeOf, UserError, type Logger } from '@tidewaiter/kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nestLogger } from '../log/create-logger';
import { RouteInterceptor } from '../openapi/route.interceptor';
import { sendProblem } from '../send-problem';
import { mountHealth, type ReadinessChecks } from './health';
import { pathOf, ProblemFilter } from './problem.filter';

export interface HttpAppOptions {
  readonly logger: Logger;
  /** What `/readyz` asks; made when the modules are there. */
  readonly checks?: (app: NestFastifyApplication) => ReadinessChecks;
  /** The largest body a request may have, unless its route says otherwise. */
  readonly bodyLimitBytes?: number;
  /** How many proxies in front are believed about the caller's address. */
  readonly trustedProxies?: number;
  /** Refuses responses their own documentation does not allow: for tests. */
  readonly checkResponses?: boolean;
}

export interface HttpApp {
  readonly nest: NestFastifyApplication;
  /** For plain routes, which must be there before listen(). */
  readonly server: FastifyInstance;
  /** @throws UserError `address-in-use` when something else listens there. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ url: string; port: number }>;
  /** Lets running requests finish for a moment, then closes everything in Nest's order; answers within 5 seconds. */
  close(): Promise<void>;
}

/** A browser or proxy that keeps its connection open gets this long to finish a request when the process stops. */
const requestGraceMs = 1_500;

/** What every HTTP process has: problem documents, request ids, limits, health checks, an ordered stop. */
export async function createHttpApp(module: Type | DynamicModule, options: HttpAppOptions): Promise<HttpApp> {
  const { logger, checks, bodyLimitBytes = 1_048_576, trustedProxies = 0, checkResponses = false } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    trustProxy: (_address: string, hop: number) => hop < trustedProxies,
    // The time a request may take to arrive; what answers it may take as long as it likes (server-sent events).
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    genReqId: requestIdOf,
    // An address that is none gets as far as the router, and no further.
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('x-request-id', reply.request.id);
      const detail = error.message;
      void sendProblem(reply, { status: 400, code: 'address-invalid', title: 'Address invalid', detail });
    },
  });
  const nest = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const server: FastifyInstance = adapter.getInstance();
  nest.useGlobalFilters(new ProblemFilter(logger));
  nest.useGlobalInterceptors(new RouteInterceptor({ checkResponses }));
  addHooks(server, logger);
  let stopping: Promise<void> | undefined;
  mountHealth(server, { checks: checks?.(nest) ?? {}, isStopping: () => stopping !== undefined });
  return {
    nest,
    server,
    listen: (address) => listen(nest, address),
    close: () => (stopping ??= close(nest)),
  };
}

/** The id a caller or a proxy gave, when it is one, so that a request can be followed through all of them. */
function requestIdOf(request: { readonly headers: Readonly<Record<string, string | string[] | undefined>> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
}

function addHooks(server: FastifyInstance, logger: Logger): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    void reply.header('x-content-type-options', 'nosniff');
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const fields = {
      requestId: request.id,
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    };
    if (isProbe(request) || isEvent(request)) logger.debug('request finished', fields);
    else logger.info('request finished', fields);
    done();
  });
}

function isProbe(request: FastifyRequest): boolean {
  return ['/healthz', '/readyz', '/metrics'].includes(pathOf(request));
}

/** There are thousands a second, and each has its row. */
function isEvent(request: FastifyRequest): boolean {
  return request.url.startsWith('/hooks/');
}

async function listen(
  nest: NestFastifyApplication,
  { host, port }: { host: string; port: number },
): Promise<{ url: string; port: number }> {
  try {
    await nest.listen(port, host);
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    if (!['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'].includes(code)) throw error;
    const why = code === 'EADDRINUSE' ? 'something else listens there' : messageOf(error);
    throw new UserError('address-unusable', `Cannot listen on ${host}:${port}: ${why}. Choose another host or port.`, {
      cause: error,
      fields: { host, port },
    });
  }
  // A server that listens on TCP has an address with a port.
  const bound = nest.getHttpServer().address() as AddressInfo;
  const shownHost = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shownHost}:${bound.port}`, port: bound.port };
}

async function close(nest: NestFastifyApplication): Promise<void> {
  let cutOff: NodeJS.Timeout | undefined;
  const grace = setTimeout(() => {
    const server = nest.getHttpServer();
    server.closeAllConnections();
    cutOff = setInterval(() => server.closeAllConnections(), 100);
  }, requestGraceMs);
  try {
    await nest.close();
  } finally {
    clearTimeout(grace);
    clearInterval(cutOff);
  }
}
