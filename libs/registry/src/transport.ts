import { OperationalError } from '@tidewaiter/kit';
import type { Authority } from './auth/authority';
import type { RequestGate } from './budget/request-gate';
import type { Endpoint } from './endpoint';
import { failureOf, unauthorized, type Subject } from './failures';
import { readBounded, retryAfterSeconds, sendWithRetry, type Answer, type HttpOptions, type HttpRequest } from './http';

const maxRedirects = 3;
const maxErrorBytes = 64 * 1024;

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'PATCH';
  readonly url: URL;
  readonly scope?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly subject: Subject;
}

/** Sends calls to one registry: with its credentials, along its redirects, and with its errors turned into ours. */
export interface Transport {
  /** The answer of a call that succeeded; everything else is thrown. */
  send(call: Call): Promise<Answer>;
  /** A call's whole document, read again from the start when the connection breaks. */
  document(call: Call, maxBytes: number): Promise<{ readonly answer: Answer; readonly bytes: Uint8Array }>;
}

export interface TransportInput {
  readonly endpoint: Endpoint;
  readonly authority: Authority;
  readonly http: HttpOptions;
  readonly gate: RequestGate | undefined;
}

/** Storage has no part in the registry's budget, nor has whoever gives out tokens. */
export function createTransport({ endpoint, authority, http, gate }: TransportInput): Transport {
  const counted = { ...http, gate };
  async function send(call: Call): Promise<Answer> {
    let answer = await sendSignedIn(call);
    for (let hops = 0; isRedirect(answer.status); hops += 1) {
      const target = await targetOf(answer, call, hops);
      endpoint.assertAllowed(target, 'content');
      // Storage refuses a request with a registry's token, and no other host has any business with it.
      answer =
        target.origin === endpoint.origin
          ? await sendSignedIn({ ...call, url: target })
          : await sendWithRetry(http, { method: call.method, url: target, headers: call.headers });
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    if (answer.url.origin !== endpoint.origin) throw await storageFailure(answer, call.subject);
    throw await refusal(answer, call.subject);
  }

  /** At most one new authorization a call: what is refused twice stays refused. */
  async function sendSignedIn(call: Call): Promise<Answer> {
    const { scope, subject } = call;
    const authorization = await authority.header(scope, subject);
    const answer = await sendWithRetry(counted, requestOf(call, authorization));
    if (answer.status !== 401) return answer;
    const renewed = await authority.reauthorize(answer, authorization, scope, subject);
    const second = await sendWithRetry(counted, requestOf(call, renewed));
    if (second.status !== 401) return second;
    await second.discard();
    throw unauthorized(subject);
  }

  return {
    send,
    async document(call, maxBytes) {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await send(call);
        try {
          return { answer, bytes: await readBounded(answer, maxBytes, call.subject.what) };
        } catch (error) {
          const isBroken = error instanceof OperationalError && error.code === 'registry-broken-off';
          if (!isBroken || attempt >= http.attempts) throw error;
          http.logger.debug('registry document read again', { host: endpoint.host, attempt });
        }
      }
    },
  };
}

async function targetOf(answer: Answer, call: Call, hops: number): Promise<URL> {
  const location = answer.headers.get('location');
  await answer.discard();
  if (hops >= maxRedirects || location === null || !URL.canParse(location, answer.url.href)) {
    throw new OperationalError(
      'registry-redirect-invalid',
      `Registry ${call.subject.host} redirects ${call.subject.what} ${hops >= maxRedirects ? 'too often' : 'to no usable address'}.`,
    );
  }
  return new URL(location, answer.url);
}

/** Whatever storage says, it is not about our credentials at the registry: its links expire, a new one may work. */
async function storageFailure(answer: Answer, subject: Subject): Promise<OperationalError> {
  await answer.discard();
  return new OperationalError(
    'registry-storage-failed',
    `${answer.url.host}, where ${subject.host} keeps ${subject.what}, answered ${answer.status}.`,
    { fields: { status: answer.status, host: answer.url.host } },
  );
}

async function refusal(answer: Answer, subject: Subject): Promise<Error> {
  const bytes = await readBounded(answer, maxErrorBytes, 'an error').catch((error: unknown) => {
    // The status already says what happened; an unreadable explanation changes nothing about it.
    if (error instanceof OperationalError) return new Uint8Array();
    throw error;
  });
  return failureOf(subject, {
    status: answer.status,
    retryAfterSeconds: retryAfterSeconds(answer.headers),
    body: Buffer.from(bytes).toString('utf8'),
  });
}

function requestOf({ method, url, headers, body }: Call, authorization: string | undefined): HttpRequest {
  return {
    method,
    url,
    headers: authorization === undefined ? headers : { ...headers, Authorization: authorization },
    ...(body === undefined ? {} : { body }),
  };
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
