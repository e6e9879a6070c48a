import { RepositoryName } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import type { Endpoint } from './endpoint';

export function repositoryName(repository: string): string {
  const name = RepositoryName.safeParse(repository);
  if (name.success) return name.data;
  throw new UserError('reference-invalid', `"${repository.slice(0, 200)}" is not a repository name.`);
}

export function address(endpoint: Endpoint, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(path, endpoint.origin);
  url.search = new URLSearchParams(query).toString();
  return url;
}
