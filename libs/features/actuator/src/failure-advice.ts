import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';
import type { ActionKind } from './actions.schema';

export interface Failure {
  readonly code: 'role-missing' | 'locked' | 'gone' | 'registry-failed';
  /** What happened and what to do about it. */
  readonly message: string;
  /** Whether the same call may succeed later, and when; `role` when somebody has to give us a role first. */
  readonly retry: 'no' | 'soon' | 'role';
  readonly retryAfterSeconds?: number;
}

/** What became of a change that the registry did not take, in words for whoever has to do something about it. */
export function failureOf(kind: ActionKind, error: unknown): Failure {
  const said = messageOf(error);
  if (error instanceof UserError) {
    if (error.code === 'registry-unauthorized' || error.code === 'registry-denied') {
      return { code: 'role-missing', message: `${said} Give our identity ${roleOf(kind)}.`, retry: 'role' };
    }
    if (error.code === 'registry-disallowed') {
      const message = `${said} Unlock it (az acr repository update --write-enabled true); an order has to be repeated.`;
      return { code: 'locked', message, retry: 'no' };
    }
    if (error.code === 'manifest-unknown' || error.code === 'repository-unknown') {
      return { code: 'gone', message: `${said} It was deleted, or is not shown to our identity.`, retry: 'no' };
    }
    return { code: 'registry-failed', message: said, retry: 'no' };
  }
  const wait = error instanceof OperationalError ? error.retryAfterSeconds : undefined;
  return {
    code: 'registry-failed',
    message: `${said} It is tried again.`,
    retry: 'soon',
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  };
}

function roleOf(kind: ActionKind): string {
  return kind === 'disable-pull' || kind === 'restore-pull'
    ? 'the role AcrPush (with ABAC: Container Registry Repository Writer)'
    : 'the roles AcrQuarantineReader and AcrQuarantineWriter';
}
