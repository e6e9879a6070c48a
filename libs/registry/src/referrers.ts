import { UserError } from '@tidewaiter/kit';
import { ReferrersPage, type Referrer } from './documents.schema';
import { listPages } from './pages';
import type { Transport } from './transport';

interface ReferrersCall {
  readonly url: URL;
  readonly scope: string;
  readonly what: string;
  readonly host: string;
}

/**
 * All of them, whatever they are: a registry filters by one type at a time, and where listings are counted apart, one for
 * each type costs more than reading a line too many.
 */
export async function* referrersOf(
  transport: Transport,
  { url, scope, what, host }: ReferrersCall,
): AsyncGenerator<Referrer, void, undefined> {
  const subject = { what, host, whenMissing: 'registry-api-missing' } as const;
  try {
    yield* listPages(transport, {
      firstPage: url,
      scope,
      subject,
      page: ReferrersPage,
      items: (page) => page.manifests ?? [],
    });
  } catch (error) {
    if (!isSentAway(error)) throw error;
    throw new UserError(subject.whenMissing, `Registry ${host} has no ${what.replace(/^the /, '')}: ${error.message}`);
  }
}

/**
 * Registries without the list send whoever asks for it to a page for people: GHCR to github.com, registry.k8s.io to a login
 * (https://github.com/oras-project/oras-go/issues/633).
 */
function isSentAway(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'host-not-allowed';
}
