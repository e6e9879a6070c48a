import { pushSample, type PushTarget } from '@tidewaiter/samples';
import type { RepositoryStory } from './fleet';

/** Lets every story happen: the steps of one repository in their order, several repositories at a time. */
export async function tell(stories: readonly RepositoryStory[], target: PushTarget, atATime: number): Promise<void> {
  const waiting = [...stories];
  const next = async (): Promise<void> => {
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) await tellOne(story, target);
  };
  await Promise.all(Array.from({ length: atATime }, next));
}

async function tellOne({ repository, steps }: RepositoryStory, target: PushTarget): Promise<void> {
  const digests: string[] = [];
  for (const step of steps) {
    if (step.kind === 'push') digests.push(await pushSample(target, step.image));
    if (step.kind === 'untag') await remove(target, `/acr/v1/${repository}/_tags/${step.tag}`);
    if (step.kind === 'delete') await remove(target, `/v2/${repository}/manifests/${digests[step.pushed] ?? ''}`);
  }
}

/** A tag may be gone already, with the image it pointed to. */
async function remove({ url, username, password }: PushTarget, path: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(`${url}${path}`, { method: 'DELETE', headers: { authorization } });
  await response.body?.cancel();
  if (response.status !== 202 && response.status !== 404) {
    throw new Error(`DELETE ${path} answered ${response.status}`);
  }
}
