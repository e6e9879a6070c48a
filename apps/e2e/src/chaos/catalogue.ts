import type { PushTarget } from '@tidewaiter/samples';
import type { z } from 'zod';
import { Manifests, Repositories } from './catalogue.schema';

/** All that is in a registry by its own word, one line a tag (`repository:tag@digest`) or untagged image (`repository@digest`). */
export async function catalogueOf(registry: PushTarget): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { repositories } of pagesOf(registry, '/acr/v1/_catalog?n=100', Repositories)) {
    for (const repository of repositories ?? []) lines.push(...(await linesOf(registry, repository)));
  }
  return lines.sort();
}

async function linesOf(registry: PushTarget, repository: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { manifests } of pagesOf(registry, `/acr/v1/${repository}/_manifests?n=100`, Manifests)) {
    for (const { digest, tags = [] } of manifests) {
      lines.push(
        ...(tags.length === 0
          ? [lineOf(repository, null, digest)]
          : tags.map((tag) => lineOf(repository, tag, digest))),
      );
    }
  }
  return lines;
}

export function lineOf(repository: string, tag: string | null, digest: string): string {
  return tag === null ? `${repository}@${digest}` : `${repository}:${tag}@${digest}`;
}

async function* pagesOf<T>(
  { url, username, password }: PushTarget,
  first: string,
  page: z.ZodType<T>,
): AsyncIterable<T> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  for (let next: string | undefined = first; next !== undefined;) {
    const response: Response = await fetch(new URL(next, url), { headers: { authorization } });
    if (!response.ok) throw new Error(`GET ${next} answered ${response.status}: ${await response.text()}`);
    yield page.parse(await response.json());
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
}
