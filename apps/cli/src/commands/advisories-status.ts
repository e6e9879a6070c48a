import { openAdvisoryStore, type StoreStatus } from '@tidewaiter/advisory-store';
import { cliConfig, readConfig } from '@tidewaiter/config';
import type { Invocation } from '../command';
import { endingWith, exitCodes, type ExitCode } from '../exit-codes';
import { chosenFormat } from '../options';
import { renderColumns } from '../table';
import type { Terminal } from '../terminal';
import { ageText } from '../words';

export async function advisoriesStatus(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const format = chosenFormat(invocation);
  const path = invocation.text('store') ?? readConfig({ cli: cliConfig }).cli.storePath;
  const status = await endingWith(exitCodes.advisoriesMissing, () => readStatus(path));
  await terminal.out(format === 'json' ? `${JSON.stringify(status, null, 2)}\n` : statusText(status, terminal.columns));
  return exitCodes.done;
}

function readStatus(path: string): StoreStatus {
  const store = openAdvisoryStore(path);
  try {
    return store.status();
  } finally {
    store.close();
  }
}

function statusText(status: StoreStatus, columns: number | undefined): string {
  const now = Date.now();
  const parts = status.parts.map((part) => [
    part.feed,
    part.name,
    String(part.records),
    String(part.withdrawn),
    String(part.gone),
    part.newest?.slice(0, 10) ?? '',
    `${ageText(now - Date.parse(part.importedAt))} ago${part.wasReadWhole ? '' : ', in part'}`,
  ]);
  const threats = status.threats.map(({ id, records, importedAt }) => [
    id,
    String(records),
    importedAt === undefined ? '' : `${ageText(now - Date.parse(importedAt))} ago`,
  ]);
  const ecosystems = byFamily(status).map(({ family, advisories, releases }) => [
    family,
    String(advisories),
    releases === 1 ? '' : `in ${releases} releases`,
  ]);
  const frozen = status.parts.flatMap(({ feed, name, frozen: releases }) =>
    Object.entries(releases).map(([release, since]) => [release, feed, name, since.slice(0, 10)]),
  );
  const megabytes = (status.sizeBytes / 1e6).toFixed(1);
  return [
    `${status.path}: ${megabytes} MB, version ${status.schemaVersion}`,
    '',
    ...renderColumns(['FEED', 'SOURCE', 'RECORDS', 'WITHDRAWN', 'GONE', 'NEWEST', 'IMPORTED'], parts, columns),
    '',
    ...(threats.length === 0 ? [] : [...renderColumns(['BESIDE', 'RECORDS', 'IMPORTED'], threats, columns), '']),
    ...(frozen.length === 0 ? [] : [...renderColumns(['FROZEN', 'FEED', 'SOURCE', 'SINCE'], frozen, columns), '']),
    ...renderColumns(['ECOSYSTEM', 'ADVISORIES', ''], ecosystems, columns),
    '',
  ].join('\n');
}

interface Family {
  readonly family: string;
  readonly advisories: number;
  readonly releases: number;
}

/** A release counts its own advisories, so a family's number counts one of them once for each release. */
function byFamily({ ecosystems }: StoreStatus): Family[] {
  const families = new Map<string, Family>();
  for (const { ecosystem, advisories } of ecosystems) {
    const family = ecosystem.split(':', 1)[0] ?? ecosystem;
    const before = families.get(family) ?? { family, advisories: 0, releases: 0 };
    families.set(family, { family, advisories: before.advisories + advisories, releases: before.releases + 1 });
  }
  return [...families.values()];
}
