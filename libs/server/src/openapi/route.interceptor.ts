import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { UnexpectedError } from '@tidewaiter/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDeepStrictEqual } from 'node:util';
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import { InvalidRequestError, issuesOf, nulIssuesOf, type RequestIssue } from './invalid-request';
import { responseOf, routeOf, type RouteDefinition } from './route';

export interface RouteInterceptorOptions {
  /** Refuses a response its own documentation does not allow. Costs a second look at every document: for tests. */
  readonly checkResponses: boolean;
}

/**
 * Holds every route to its `@Route`: the request is parsed before the handler sees it, the response leaves as one JSON
 * text with its ETag and, on a page, the link to the next one.
 */
@Injectable()
export class RouteInterceptor implements NestInterceptor {
  constructor(private readonly options: RouteInterceptorOptions) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const route = routeOf(context.getHandler());
    if (route === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    parseRequest(request, route);
    return next.handle().pipe(map((value: unknown) => this.respond(value, { route, request, reply })));
  }

  private respond(value: unknown, { route, request, reply }: Exchange): unknown {
    const response = responseOf(route, reply.statusCode);
    if (this.options.checkResponses) checkResponse(value, { route, status: reply.statusCode });
    if (response?.schema === undefined || response.mediaType !== undefined) return value;
    const body = JSON.stringify(value);
    reply.header('content-type', 'application/json; charset=utf-8');
    linkNextPage(value, request, reply);
    return request.method === 'GET' && reply.statusCode === 200 ? unlessUnchanged(body, request, reply) : body;
  }
}

interface Exchange {
  readonly route: RouteDefinition;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const Nothing = z.strictObject({});

function parseRequest(request: FastifyRequest, route: RouteDefinition): void {
  const issues: RequestIssue[] = [];
  const params = (route.params ?? Nothing).safeParse(request.params);
  const query = (route.query ?? Nothing).safeParse(request.query);
  const body = route.body?.safeParse(request.body);
  if (params.error) issues.push(...issuesOf(params.error, 'path'));
  if (query.error) issues.push(...issuesOf(query.error, 'query'));
  if (body?.error) issues.push(...issuesOf(body.error, 'body'));
  issues.push(
    ...nulIssuesOf(params.data, 'path'),
    ...nulIssuesOf(query.data, 'query'),
    ...nulIssuesOf(body?.data, 'body'),
  );
  if (issues.length > 0) throw new InvalidRequestError(issues);
  // Nest takes the handler's arguments from the request after this.
  request.params = params.data;
  request.query = query.data;
  if (body !== undefined) request.body = body.data;
}

function checkResponse(value: unknown, { route, status }: { route: RouteDefinition; status: number }): void {
  const response = responseOf(route, status);
  if (response === undefined) {
    throw new UnexpectedError('response-undocumented', `"${route.summary}" answers ${String(status)}: not documented`);
  }
  if (response.schema === undefined || response.mediaType !== undefined) return;
  const sent: unknown = JSON.parse(JSON.stringify(value));
  const parsed = response.schema.safeParse(sent);
  if (parsed.success && isDeepStrictEqual(parsed.data, sent)) return;
  const reason = parsed.success ? 'it has fields the schema does not name' : z.prettifyError(parsed.error);
  throw new UnexpectedError('response-invalid', `"${route.summary}" breaks its own schema: ${reason}`);
}

/** https://www.rfc-editor.org/rfc/rfc8288 */
function linkNextPage(value: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (typeof value !== 'object' || value === null || !('next' in value) || typeof value.next !== 'string') return;
  const [path = '', search = ''] = request.url.split('?', 2);
  const query = new URLSearchParams(search);
  query.set('cursor', value.next);
  reply.header('link', `<${path}?${query.toString()}>; rel="next"`);
}

/** A weak tag: the same document, perhaps sent compressed. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function unlessUnchanged(body: string, request: FastifyRequest, reply: FastifyReply): string | undefined {
  const tag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  reply.header('etag', `W/"${tag}"`);
  reply.header('cache-control', 'private, no-cache');
  const known = request.headers['if-none-match']?.split(',').map((entry) => entry.trim().replace(/^W\//, ''));
  if (known === undefined || !(known.includes(`"${tag}"`) || known.includes('*'))) return body;
  reply.removeHeader('content-type');
  reply.status(304);
  return undefined;
}
