import { OperationalError } from '@tidewaiter/kit';

/** A queue as its refusals speak of it. */
export interface QueuePlace {
  /** `HOST/PATH`; never a query, where a signature may be. */
  readonly where: string;
  /** What an identity needs to receive and to complete. */
  readonly role: string;
  /** Whether we come with a key or a signature, and not as an identity. */
  readonly isByKey: boolean;
}

interface QueueRefusal {
  readonly status: number;
  /** The service's own words, or its code. */
  readonly said: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** The error behind a status, and what to do about it. It may pass, so whoever fetches goes on. */
export function queueFailure(
  place: QueuePlace,
  { status, said, retryAfterSeconds }: QueueRefusal,
  cause?: unknown,
): OperationalError {
  const { code, message } = meaningOf(place, status);
  const words = oneLine(said);
  return new OperationalError(code, `${message}${words === '' ? '' : ` (it says: ${words})`}`, {
    fields: { status },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The time is over in which nobody else got it: it comes again, and is a duplicate then. */
export function lockLost(where: string, cause?: unknown): OperationalError {
  const message = `A message of ${where} was no longer ours when it was done with; it comes again`;
  return new OperationalError('event-queue-lock-lost', message, cause === undefined ? {} : { cause });
}

function meaningOf({ where, role, isByKey }: QueuePlace, status: number): { code: string; message: string } {
  const needed = isByKey
    ? 'the key or signature has to be right and not over, and its policy has to allow receiving (Listen; for a Storage Queue read and process)'
    : `the identity needs the role "${role}" on the queue or above it; a new assignment counts within ten minutes`;
  switch (status) {
    case 401:
      return { code: 'event-queue-unauthorized', message: `${where} does not let us in: ${needed}` };
    case 403:
      return {
        code: 'event-queue-denied',
        message: `${where} refuses us: ${needed}; or its network rules refuse this address`,
      };
    case 404:
    case 410:
      return {
        code: 'event-queue-unknown',
        message: `There is no queue ${where}: check its name, and that it is there`,
      };
    case 429:
      return { code: 'event-queue-throttled', message: `${where} asks for fewer requests` };
    default:
      return status >= 500
        ? { code: 'event-queue-unavailable', message: `${where} answered ${status}` }
        : { code: 'event-queue-refused', message: `${where} answered ${status}, which is not expected` };
  }
}

/** Goes into logs: short, without line ends, and without what a key was signed into. */
function oneLine(said: string): string {
  return said
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/\b(sig|SharedAccessKey|Bearer)([= ])[^&;"\s]+/gi, '$1$2***')
    .trim()
    .slice(0, 200);
}
