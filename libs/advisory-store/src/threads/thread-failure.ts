import { OperationalError, UnexpectedError, UserError } from '@tidewaiter/kit';

const kinds = { UserError, OperationalError, UnexpectedError };

/** An error on its way to another thread: on the way it is copied, and a copy forgets its class and code. */
export type ThreadFailure =
  | { readonly kind: keyof typeof kinds; readonly code: string; readonly message: string }
  | { readonly kind: 'other'; readonly error: unknown };

export function failureOf(error: unknown): ThreadFailure {
  if (error instanceof UserError) return { kind: 'UserError', code: error.code, message: error.message };
  if (error instanceof OperationalError) return { kind: 'OperationalError', code: error.code, message: error.message };
  if (error instanceof UnexpectedError) return { kind: 'UnexpectedError', code: error.code, message: error.message };
  return { kind: 'other', error };
}

/** What it was, but for its cause. */
export function errorOf(failure: ThreadFailure): unknown {
  return failure.kind === 'other' ? failure.error : new kinds[failure.kind](failure.code, failure.message);
}
