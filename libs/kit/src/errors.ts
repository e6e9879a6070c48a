/**
 * Three kinds of error, told apart by who has to act:
 *   UserError         the caller asked for something wrong; repeating it gives the same answer.
 *   OperationalError  another system failed or is busy; repeating it later may work.
 *   UnexpectedError   a bug here; somebody must look.
 * `code` is stable and may be relied on; `message` says what, where and what to do, and is safe to show.
 */
export interface ErrorDetail {
  readonly cause?: unknown;
  /** Facts for the log and the problem document. Never secrets. */
  readonly fields?: Readonly<Record<string, string | number | boolean | null>>;
  /** Seconds after which trying again makes sense, when the other side said so. */
  readonly retryAfterSeconds?: number;
}

abstract class TidewaiterError extends Error {
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: string,
    message: string,
    detail: ErrorDetail = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.fields = detail.fields ?? {};
    this.retryAfterSeconds = detail.retryAfterSeconds;
  }
}

export class UserError extends TidewaiterError {}
export class OperationalError extends TidewaiterError {}
export class UnexpectedError extends TidewaiterError {}

/** One line that says what went wrong, for a log field or a problem document. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code === '' ? error.name : code;
}
