import type { Advisory, SeverityVector } from '@tidewaiter/contracts';
import type { Feed, FeedIo, FeedProblem, Fetched, Fingerprint, Snapshot } from '../feed';
import { addressBelow, isDirectory } from '../address';
import { fetchSource } from '../fetch-source';
import { isJsonDocument, jsonDocumentsOf, type JsonDocument } from '../json-documents';
import { everyVersion, fixedAt } from '../records/affected';
import { RecordsById } from '../records/records-by-id';
import { PhotonRow } from './row.schema';

export const photonOsFeed: Feed = {
  id: 'photon-os',
  revision: 2,
  covers: ['Photon OS'],
  speaksFor: ['Photon OS'],
  isByRelease: true,
  address: 'https://packages.broadcom.com/photon/photon_cve_metadata/',
  fetch: fetchReleases,
  parse,
};

const releases = ['1.0', '2.0', '3.0', '4.0', '5.0'];

async function fetchReleases(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  if (!isDirectory(io.source)) return fetchSource(last, io, { isEachLasting: true });
  const files = releases.map((release) => {
    const name = `cve_data_photon${release}.json`;
    return { url: addressBelow(io.source, name), name, part: 'photon', isOptional: true, isLasting: true };
  });
  return io.downloadAll(files, last);
}

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const records = new RecordsById(photonOsFeed.id);
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document)) yield* readRows(document, records);
      else yield document;
    }
  }
  yield* records.advisories();
}

function* readRows({ part, path, json }: JsonDocument, records: RecordsById): Generator<FeedProblem> {
  const release = /photon-?(\d+\.\d+)/.exec(path)?.[1];
  if (release === undefined || !Array.isArray(json)) {
    const message = `${path} is not a list of rows, or its name does not say the release (cve_data_photon5.0.json)`;
    yield { code: 'photon-list-invalid', message, part, path, fatal: true };
    return;
  }
  for (const [index, value] of (json as readonly unknown[]).entries()) {
    const row = PhotonRow.safeParse(value);
    if (row.success) addRow(row.data, `Photon OS:${release}`, records);
    else {
      const message = `row ${index} of ${path} has no id of a vulnerability, no package or no fixed version`;
      yield { code: 'photon-row-invalid', message, part, path: `${path}#${index}` };
    }
  }
}

/** `Not Affected` is a status of newer documents; the versions of such a row mean nothing. */
function addRow(row: PhotonRow, ecosystem: string, records: RecordsById): void {
  const key = { ecosystem, name: row.pkg };
  const severities = severitiesOf(row);
  const isCleared = /^not affected$/i.test(row.status ?? '');
  const isOpen = row.res_ver === 'NA' || row.res_ver === '';
  const affected = isCleared
    ? everyVersion(key, 'not-affected', { severities })
    : isOpen
      ? everyVersion(key, undefined, { severities })
      : fixedAt(key, row.res_ver, { severities });
  records.add(row.cve_id, [affected]);
}

/** The thresholds of CVSS 3. */
function severitiesOf({ cve_score: stated }: PhotonRow): readonly SeverityVector[] {
  const score = Number(stated ?? 0);
  if (!(score > 0)) return [];
  const value = score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
  return [{ source: 'Photon OS', kind: 'word', value }];
}
