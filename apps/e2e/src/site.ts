import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcrEmulator } from '@tidewaiter/acr-emulator';
import { pushSample, sampleImages, type SampleImage } from '@tidewaiter/samples';
import { startPostgres, type TestDatabase } from '@tidewaiter/testing';
import { writeAdvisories, type AdvisoryFile } from './advisory-directory';
import { Installation } from './installation';
import { endAll, type Settings } from './processes';
import { RestFeed } from './rest-api.schema';
import { startSlackReceiver, type SlackReceiver } from './slack-receiver';
import { until } from './until';
import { createWatchedRegistry, type WatchedRegistry } from './watched-registry';

/** Everything around an installation that a test drives: a registry to push to, people to be told, advisories. */
export interface Site {
  readonly directory: string;
  /** The OSV records that the installation reads; a test may change them. */
  readonly advisories: string;
  readonly database: TestDatabase;
  readonly slack: SlackReceiver;
  readonly registry: WatchedRegistry;
  readonly emulator: AcrEmulator;
  readonly installation: Installation;
  /** Answers the digest that the tag names now. */
  push(image: SampleImage): Promise<string>;
  close(): Promise<void>;
}

export interface SiteOptions {
  readonly queue?: Settings;
  /** OSV records, or what ADVISORIES is to be. */
  readonly advisories: readonly AdvisoryFile[] | string;
  readonly settings?: Settings;
  /** Registries besides the emulator, as in the file of TIDEWAITER_CONFIG. */
  readonly moreRegistries?: readonly object[];
}

/** Ready when the advisories have been read. */
export async function openSite({
  queue = {},
  advisories,
  settings = {},
  moreRegistries = [],
}: SiteOptions): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-e2e-'));
  const advisoryDirectory = join(directory, 'advisories');
  if (typeof advisories !== 'string') await writeAdvisories(advisoryDirectory, advisories);
  const database = await (await startPostgres()).createDatabase();
  const slack = await startSlackReceiver();
  const registry = await createWatchedRegistry(directory);
  const installation = await Installation.start({
    directory,
    databaseUrl: database.url,
    queue,
    registries: [registry.definition, ...moreRegistries],
    advisories: typeof advisories === 'string' ? advisories : advisoryDirectory,
    settings,
    slack,
  });
  const emulator = await registry.open(installation.receiverUrl);
  await until('the advisories', async () => {
    const feeds = await installation.api.all('/api/v1/feeds', RestFeed);
    return feeds.length > 0 && feeds.every(({ state }) => state === 'ok') ? true : undefined;
  });
  return {
    directory,
    advisories: advisoryDirectory,
    database,
    slack,
    registry,
    emulator,
    installation,
    push: (image) => pushSample({ url: emulator.url, ...registry.login }, image),
    async close() {
      await endAll();
      await registry.close();
      await slack.close();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function sampleOf(repository: string, tag: string): SampleImage {
  const found = sampleImages.find((image) => image.repository === repository && image.tag === tag);
  if (found === undefined) throw new Error(`there is no sample ${repository}:${tag}`);
  return found;
}

/** What is open in the sample shop/web:1.0 by the sample advisories. */
export const findingsOfWeb: readonly string[] = [
  'CVE-2021-23337 lodash -> 4.17.21',
  'CVE-2021-44906 minimist -> 1.2.6',
  'CVE-2023-38545 curl -> 7.88.1-10+deb12u4',
  'CVE-2023-38545 libcurl4 -> 7.88.1-10+deb12u4',
  'CVE-2023-45853 zlib1g -> none',
  'CVE-2023-4911 libc-bin -> 2.36-9+deb12u3',
  'CVE-2023-4911 libc6 -> 2.36-9+deb12u3',
  'CVE-2023-5363 libssl3 -> 3.0.11-1~deb12u2',
  'CVE-2023-5363 openssl -> 3.0.11-1~deb12u2',
];

/** A finding in one line. */
export function lineOf(finding: {
  readonly vulnerability: { readonly id: string };
  readonly package: { readonly name: string };
  readonly fixedIn?: string | undefined;
}): string {
  return `${finding.vulnerability.id} ${finding.package.name} -> ${finding.fixedIn ?? 'none'}`;
}
