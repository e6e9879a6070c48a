import type { Advisory, AffectedPackage, RangeEvent } from '@tidewaiter/contracts';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { fetchSource } from '../fetch-source';
import { isJsonDocument, jsonDocumentsOf, type JsonDocument } from '../json-documents';
import { affectedBetween, everyVersion } from '../records/affected';
import { RecordsById } from '../records/records-by-id';
import { ArchGroup } from './group.schema';

export const archLinuxFeed: Feed = {
  id: 'arch-linux',
  revision: 1,
  covers: ['Arch Linux'],
  speaksFor: ['Arch Linux'],
  isByRelease: true,
  address: 'https://security.archlinux.org/all.json',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const records = new RecordsById(archLinuxFeed.id);
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document)) yield* readGroups(document, records);
      else yield document;
    }
  }
  yield* records.advisories();
}

function* readGroups({ part, path, json }: JsonDocument, records: RecordsById): Generator<FeedProblem> {
  if (!Array.isArray(json)) {
    yield { code: 'arch-list-invalid', message: `${path} is not a list of groups`, part, path, fatal: true };
    return;
  }
  for (const [index, value] of (json as readonly unknown[]).entries()) {
    const group = ArchGroup.safeParse(value);
    const status = group.success ? statusOf(group.data) : undefined;
    if (group.success && status !== undefined) addGroup(group.data, status, records);
    else {
      const message = `group ${index} of ${path} has a field that is missing, or a status that is not known`;
      yield { code: 'arch-group-invalid', message, part, path: `${path}#${index}` };
    }
  }
}

type Status = 'ranges' | 'not-affected' | 'under-investigation';

function statusOf({ status }: ArchGroup): Status | undefined {
  switch (status) {
    case 'Vulnerable':
    case 'Testing':
    case 'Fixed':
      return 'ranges';
    case 'Not affected':
      return 'not-affected';
    case 'Unknown':
      return 'under-investigation';
    default:
      return undefined;
  }
}

/** A group that names no vulnerability stands for itself. */
function addGroup(group: ArchGroup, status: Status, records: RecordsById): void {
  const affected = group.packages.map((name) => affectedOf({ ecosystem: 'Arch Linux', name }, group, status));
  const references = [`https://security.archlinux.org/${group.name}`];
  for (const id of group.issues.length === 0 ? [group.name] : group.issues) records.add(id, affected, { references });
}

function affectedOf(
  key: { readonly ecosystem: string; readonly name: string },
  { severity, affected, fixed }: ArchGroup,
  status: Status,
): AffectedPackage {
  const severities = severity === 'Unknown' ? [] : [{ source: 'Arch Linux', kind: 'word' as const, value: severity }];
  if (status !== 'ranges') return everyVersion(key, status, { severities });
  const events: readonly RangeEvent[] = [{ introduced: affected }, ...(fixed === null ? [] : [{ fixed }])];
  return affectedBetween(key, events, { severities });
}
