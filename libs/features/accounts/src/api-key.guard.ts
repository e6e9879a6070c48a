import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { UnexpectedError, UserError } from '@tidewaiter/kit';
import { accessOf, rememberCaller, type Scope } from '@tidewaiter/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiKeys, type Caller } from './api-keys';

/** Lets a request through when its API key has the scope its route declares. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly keys: ApiKeys) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = accessOf(context.getClass(), context.getHandler());
    if (needed === null) return true;
    if (needed === undefined) throw undeclared(`${context.getClass().name}.${context.getHandler().name}`);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const caller = await this.callerOf(request, reply);
    if (!allows(caller, needed)) {
      reply.header('www-authenticate', `${challenge}, error="insufficient_scope", scope="${needed}"`);
      throw new UserError('scope-missing', `the API key "${caller.keyName}" does not have the scope "${needed}"`, {
        fields: { scope: needed },
      });
    }
    rememberCaller(request, caller.keyName);
    return true;
  }

  private async callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const secret = secretIn(request);
    if (secret === undefined) {
      reply.header('www-authenticate', challenge);
      throw new UserError('unauthenticated', `${request.method} needs an API key: Authorization: Bearer twk_...`);
    }
    const caller = await this.keys.authenticate(secret);
    if (caller === undefined) {
      reply.header('www-authenticate', `${challenge}, error="invalid_token"`);
      throw new UserError('unauthenticated', 'the API key is not known or was revoked');
    }
    return caller;
  }
}

export function undeclared(route: string): UnexpectedError {
  return new UnexpectedError(
    'route-without-scope',
    `${route} does not say who may call it; declare @Route({ scope }), @RequireScope() or @Public()`,
  );
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-3 */
const challenge = 'Bearer realm="tidewaiter"';

function allows(caller: Caller, needed: Scope): boolean {
  return caller.scopes.includes('admin') || caller.scopes.includes(needed);
}

function secretIn(request: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': apiKey } = request.headers;
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
  return typeof apiKey === 'string' ? apiKey : undefined;
}
