import { nothingToAssess, platformText, type Inventory } from '@tidewaiter/contracts';
import {
  LayerThreads,
  readImage,
  readRootfs,
  readSbom,
  type ImageReading,
  type ReadProgress,
  type SbomReading,
} from '@tidewaiter/engine';
import { UserError } from '@tidewaiter/kit';
import type { Invocation } from './command';
import { endingWith, exitCodes } from './exit-codes';
import { chosenLimits } from './limits';
import { openNamedTarget, registryAccess } from './target';
import type { Terminal } from './terminal';
import { progressWords } from './words';

/** What became of a target. One image, unless all platforms of an index were asked for. */
export interface TargetReading {
  readonly inventories: readonly Inventory[];
  /** The output is then a list, also when it has one member: its shape depends on what was asked, not on the image. */
  readonly asList: boolean;
  /** Some image of the list could not be read at all; its inventory says so. */
  readonly someFailed: boolean;
  /** `host/name`, where the target is in a registry. */
  readonly repository?: string | undefined;
  /** Of what the target names: the image, or the index that leads to it. */
  readonly digest?: string | undefined;
  /** What a bill of materials says of the image it is about, and of what is part of what. */
  readonly document?: Pick<SbomReading, 'image' | 'isHeld'>;
}

export async function readTarget(invocation: Invocation, terminal: Terminal): Promise<TargetReading> {
  const access = await registryAccess(invocation, terminal);
  return endingWith(exitCodes.targetUnreadable, async () => {
    const name = invocation.operands[0] ?? '';
    const platform = invocation.text('platform');
    const options = { limits: await chosenLimits(invocation), lockFiles: invocation.has('lock-files') };
    const target = await openNamedTarget(name, access, terminal);
    if (target.kind === 'rootfs') {
      refusePlatform(`${name} is a root file system`, platform);
      return onlyOne(await readRootfs(target.path, options), platform);
    }
    if (target.kind === 'document') {
      refusePlatform(`${name} is a document`, platform);
      const { inventory, ...document } = await readSbom(target.read, name, options);
      return { ...onlyOne(inventory, platform), document };
    }
    const threads = new LayerThreads(options);
    try {
      const { read: readLayer, concurrency } = threads;
      const readings = await readImage(target.source, {
        platform,
        ...options,
        readLayer,
        concurrency,
        onProgress: tellProgress(name, terminal),
      });
      const { repository } = target;
      const digest = readings.find((reading) => reading.kind === 'inventory')?.targetDigest;
      return { ...(platform === 'all' ? listOf(readings) : single(name, readings)), repository, digest };
    } finally {
      terminal.progress('');
      await threads.close();
      await target.source.close();
    }
  });
}

/** Ten times a second is more than anybody reads. */
const tellEveryMs = 100;

function tellProgress(name: string, terminal: Terminal): ((progress: ReadProgress) => void) | undefined {
  if (!terminal.showsProgress) return undefined;
  let toldAt = 0;
  return (progress) => {
    const now = performance.now();
    if (now - toldAt < tellEveryMs && progress.done < progress.layers) return;
    toldAt = now;
    terminal.progress(`${name}: ${progressWords(progress)}`);
  };
}

function refusePlatform(what: string, platform: string | undefined): void {
  if (platform === undefined || platform === 'all') return;
  throw new UserError('platform-not-found', `${what} and has no platforms to choose from.`);
}

function onlyOne(inventory: Inventory, platform: string | undefined): TargetReading {
  return { inventories: [inventory], asList: platform === 'all', someFailed: false };
}

function single(name: string, readings: readonly ImageReading[]): TargetReading {
  const reading = readings.find(({ kind }) => kind === 'inventory') ?? readings[0];
  if (reading === undefined) throw new UserError('target-empty', `${name} names no image.`);
  if (reading.kind !== 'inventory') {
    throw new UserError(reading.reason.code, `${name} was not read: ${reading.reason.message}.`);
  }
  return { inventories: [reading.inventory], asList: false, someFailed: false };
}

/** An attestation is no image and is left out; everything else that could not be read stays in the list and says so. */
function listOf(readings: readonly ImageReading[]): TargetReading {
  const images = readings.filter(
    (reading) => reading.kind === 'inventory' || reading.reason.code !== 'manifest-attestation',
  );
  return {
    inventories: images.map((reading) => (reading.kind === 'inventory' ? reading.inventory : unread(reading))),
    asList: true,
    someFailed: images.some(({ kind }) => kind === 'failed'),
  };
}

function unread({ descriptor, reason }: Exclude<ImageReading, { kind: 'inventory' }>): Inventory {
  const { digest, platform } = descriptor;
  return {
    image: { digest, ...(platform !== undefined && { platform }) },
    layers: [],
    packages: [],
    executables: [],
    assessability: nothingToAssess,
    complete: false,
    problems: [{ code: reason.code, message: `Image ${digest} was not read: ${reason.message}.` }],
  };
}

/** How a list tells its images apart. */
export function imageLabel(
  target: string,
  image: { readonly digest: string | null; readonly platform: string | null },
) {
  const which = image.platform ?? image.digest;
  return which === null ? target : `${target} (${which})`;
}

export function inventoryLabel(target: string, found: Inventory): string {
  return imageLabel(target, { digest: found.image.digest ?? null, platform: platformOrNull(found) });
}

function platformOrNull({ image }: Inventory): string | null {
  return image.platform === undefined ? null : platformText(image.platform);
}
