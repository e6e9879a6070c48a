import type { SampleImage } from '@tidewaiter/samples';
import { Dice } from '../dice';

/** How many images are pushed, into how many repositories. */
export interface FleetSize {
  readonly images: number;
  readonly repositories: number;
}

/** What happens to one repository, in this order. `push` may give a tag that is there already to another image. */
export type Step =
  | { readonly kind: 'push'; readonly image: SampleImage }
  | { readonly kind: 'untag'; readonly tag: string }
  | { readonly kind: 'delete'; readonly pushed: number };

export interface RepositoryStory {
  readonly repository: string;
  readonly steps: readonly Step[];
}

const bases = 8;

/**
 * Stories of pushed, moved and deleted tags and images, the same each time. Every image is its own, on one of a few bases,
 * and no tag ever comes back to an image it has left: so whatever is read or told twice is told apart.
 */
export function fleetOf({ images, repositories }: FleetSize): readonly RepositoryStory[] {
  const dice = new Dice(20_261_126);
  return Array.from({ length: repositories }, (_, r) => {
    const repository = `team-${String(r % 7)}/service-${String(r).padStart(3, '0')}`;
    const share = Math.floor(images / repositories) + (r < images % repositories ? 1 : 0);
    return { repository, steps: storyOf({ repository, share }, dice) };
  });
}

function storyOf({ repository, share }: { repository: string; share: number }, dice: Dice): readonly Step[] {
  const steps: Step[] = [];
  const live: string[] = [];
  const deletable: number[] = [];
  for (let n = 0; n < share; n += 1) {
    const moves = live.length > 0 && dice.below(100) < 20;
    const tag = moves ? dice.pick(live) : `1.${String(n)}`;
    if (!moves) live.push(tag);
    steps.push({
      kind: 'push',
      image: imageOf({ repository, tag, unique: `${repository} ${String(n)}` }, dice),
    });
    deletable.push(n);
    const fate = dice.below(100);
    if (fate < 5 && live.length > 1) {
      const gone = dice.pick(live);
      live.splice(live.indexOf(gone), 1);
      steps.push({ kind: 'untag', tag: gone });
    } else if (fate < 10 && deletable.length > 1) {
      const pushed = dice.pick(deletable);
      deletable.splice(deletable.indexOf(pushed), 1);
      steps.push({ kind: 'delete', pushed });
    }
  }
  return steps;
}

function imageOf(
  { repository, tag, unique }: { repository: string; tag: string; unique: string },
  dice: Dice,
): SampleImage {
  const base = dice.below(bases);
  const layers = [
    { createdBy: `ADD base-${String(base)} /`, files: baseFiles(base) },
    { createdBy: 'COPY app /app', files: [moduleFile('lodash', '4.17.15'), { path: 'app/name', content: unique }] },
  ];
  return { repository, tag, platforms: [{ os: 'linux', architecture: 'amd64', layers }] };
}

function baseFiles(base: number) {
  const packages = Array.from(
    { length: 12 },
    (_, n) =>
      `Package: lib${String(n)}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${String(base)}.${String(n)}-1\n`,
  );
  return [
    { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
    { path: 'var/lib/dpkg/status', content: packages.join('\n') },
  ];
}

function moduleFile(name: string, version: string) {
  return { path: `app/node_modules/${name}/package.json`, content: JSON.stringify({ name, version }) };
}
