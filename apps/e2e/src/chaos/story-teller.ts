import { pushSample, type PushTarget } from '@tidewaiter/samples';
import type { RepositoryStory } from './fleet';
import { Pace } from './pace';

/** How stories are told. */
export interface Telling {
  readonly target: PushTarget;
  /** How many repositories have something happen to them at the same time. */
  readonly atATime: number;
  /** Who pushes is a client as any other: he asks the registry for no more than it allows. */
  readonly stepsPerMinute: number;
}

/** Lets every story happen: the steps of one repository in their order, several repositories at a time. */
export async function tell(stories: readonly RepositoryStory[], telling: Telling): Promise<void> {
  const waiting = [...stories];
  const pace = new Pace(telling.stepsPerMinute);
  const next = async (): Promise<void> => {
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) {
      await tellOne(story, telling.target, pace);
    }
  };
  await Promise.all(Array.from({ length: telling.atATime }, next));
}

async function tellOne({ repository, steps }: RepositoryStory, target: PushTarget, pace: Pace): Promise<void> {
  const digests: string[] = [];
  for (const step of steps) {
    await pace.turn();
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
