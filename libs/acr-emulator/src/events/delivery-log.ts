import { messageOf } from '@tidewaiter/kit';

const keptDeliveries = 1_000;

/** One attempt to deliver, with what was sent and answered. */
export interface DeliveryAttempt<E = unknown> {
  /** Name of the webhook or of the event subscription. */
  readonly webhook: string;
  readonly event: E;
  /** The receiver's status; absent when there was no answer in time. */
  readonly status?: number;
  readonly failure?: string;
  readonly request: SentRequest;
  readonly answer?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

/** The newest attempts, oldest first. */
export class DeliveryLog<E> {
  readonly #attempts: DeliveryAttempt<E>[] = [];

  add(attempt: DeliveryAttempt<E>): void {
    this.#attempts.push(attempt);
    if (this.#attempts.length > keptDeliveries) this.#attempts.shift();
  }

  all(): readonly DeliveryAttempt<E>[] {
    return [...this.#attempts];
  }
}

/** The form of ACR's own log: `POST .../webhooks/{name}/listEvents` of Azure Resource Manager. */
export function listedEvent(attempt: DeliveryAttempt, id: number) {
  const { request, answer, status, failure } = attempt;
  return {
    id: String(id),
    webhook: attempt.webhook,
    eventRequestMessage: {
      content: attempt.event,
      headers: request.headers,
      method: request.method,
      requestUri: request.url,
      version: '1.1',
    },
    eventResponseMessage: {
      content: answer?.body ?? '',
      headers: answer?.headers ?? {},
      // What ACR writes when nobody answers in time.
      statusCode: String(status ?? 504),
      reasonPhrase: failure ?? '',
      version: '1.1',
    },
  };
}

interface SendOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const keptBodyLength = 2_000;

/** Sends once; what came of it, never an exception. */
export async function sendRequest(
  request: SentRequest,
  { timeoutMs, signal }: SendOptions,
): Promise<Pick<DeliveryAttempt, 'status' | 'failure' | 'answer'>> {
  try {
    const { url, method, headers, content } = request;
    const response = await fetch(url, {
      method,
      headers,
      ...(content === '' ? {} : { body: content }),
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]),
    });
    const body = (await response.text()).slice(0, keptBodyLength);
    return { status: response.status, answer: { headers: Object.fromEntries(response.headers), body } };
  } catch (error) {
    const hasCause = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
    return { failure: messageOf(hasCause ? error.cause : error) };
  }
}
