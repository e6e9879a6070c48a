import type { Release } from '@tidewaiter/contracts';

/**
 * apk-repositories(5): an address on each line, `https://dl-cdn.alpinelinux.org/alpine/v3.20/main`. One behind a tag (`@edge https://...`)
 * serves only packages that are asked for with it, so it says nothing about the image; lines that disagree say nothing either.
 */
export function readRepositories(text: string): Release | undefined {
  const branches = new Set<string>();
  for (const line of text.split('\n', 1000)) {
    const branch = /^[a-z]+:\/\/[^\s]{1,500}\/alpine\/(edge|v\d+\.\d+)\//.exec(line.trim())?.[1];
    if (branch !== undefined) branches.add(branch.replace(/^v/, ''));
  }
  const [versionId] = branches;
  return versionId === undefined || branches.size > 1 ? undefined : { id: 'alpine', versionId };
}
