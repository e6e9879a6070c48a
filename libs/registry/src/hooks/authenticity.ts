import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Problem } from '@tidewaiter/contracts';
import type { HookCall, HookTarget } from './hook-source';

const secretWrong: Problem = {
  code: 'webhook-secret-wrong',
  message:
    'the secret is missing or wrong; send it as "Authorization: Bearer SECRET", "X-Webhook-Token: SECRET" or, where no header can be set, as "?secret=SECRET"',
};

/** A secret that both sides know, in whichever of the places the sender can fill. A registry without one accepts nobody. */
export function authenticateSecret(call: HookCall, { secret }: HookTarget): Promise<Problem | undefined> {
  const given = bearerOf(call) ?? headerOf(call, 'x-webhook-token') ?? headerOf(call, 'authorization');
  return Promise.resolve(isSame(given ?? call.querySecret, secret) ? undefined : secretWrong);
}

/** GitHub's way: the body signed with the secret. https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
export function authenticateHubSignature(call: HookCall, { secret }: HookTarget): Promise<Problem | undefined> {
  const wanted =
    secret === undefined || secret === ''
      ? undefined
      : `sha256=${createHmac('sha256', secret).update(call.body).digest('hex')}`;
  if (isSame(headerOf(call, 'x-hub-signature-256'), wanted)) return Promise.resolve(undefined);
  const message = 'X-Hub-Signature-256 is missing or is not the signature of this body with the secret';
  return Promise.resolve({ code: 'webhook-signature-wrong', message });
}

export function bearerOf(call: HookCall): string | undefined {
  return /^Bearer (\S+)$/i.exec(headerOf(call, 'authorization') ?? '')?.[1];
}

export function headerOf({ headers }: HookCall, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Constant time: both sides are hashed to one length first, and compared even when one of them is missing. */
function isSame(given: string | undefined, wanted: string | undefined): boolean {
  const sum = (value: string | undefined): Buffer => hash('sha256', value ?? '', 'buffer');
  const same = timingSafeEqual(sum(given), sum(wanted));
  return same && given !== undefined && given !== '' && wanted !== undefined && wanted !== '';
}
