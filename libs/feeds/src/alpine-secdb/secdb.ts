import type { Advisory } from '@tidewaiter/contracts';
import type { FeedProblem, Snapshot } from '../feed';
import { isJsonDocument, jsonDocumentsOf, type JsonDocument } from '../json-documents';
import { everyVersion, fixedAt } from '../records/affected';
import { RecordsById } from '../records/records-by-id';
import { Secdb, SecdbPackage } from './secdb.schema';

export interface SecdbForm {
  readonly feed: string;
  /** With its release, from what the document calls it. Undefined where it calls it nothing that is known. */
  ecosystemOf(distroversion: string | undefined): string | undefined;
}

/** The records of a "secfixes" database: which version of a source package fixed what. */
export async function* parseSecdb({ parts }: Snapshot, form: SecdbForm): AsyncGenerator<Advisory | FeedProblem> {
  const records = new RecordsById(form.feed);
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document)) yield* readDatabase(document, form, records);
      else yield document;
    }
  }
  yield* records.advisories();
}

function* readDatabase(
  { part, path, json }: JsonDocument,
  form: SecdbForm,
  records: RecordsById,
): Generator<FeedProblem> {
  const database = Secdb.safeParse(json);
  const ecosystem = database.success ? form.ecosystemOf(database.data.distroversion) : undefined;
  if (!database.success || ecosystem === undefined) {
    const message = `${path} is no secfixes database: it has no list "packages", or a release that is not known`;
    yield { code: 'secdb-invalid', message, part, path, fatal: true };
    return;
  }
  for (const [index, value] of database.data.packages.entries()) {
    const entry = SecdbPackage.safeParse(value);
    if (entry.success) {
      addPackage(entry.data, ecosystem, records);
      yield* unreadIds(entry.data, { part, path });
    } else {
      const message = `package ${index} of ${path} has no name, or fixes that are not lists of ids by version`;
      yield { code: 'secdb-package-invalid', message, part, path: `${path}#${index}` };
    }
  }
}

function addPackage({ pkg: { name, secfixes } }: SecdbPackage, ecosystem: string, records: RecordsById): void {
  const key = { ecosystem, name };
  for (const [version, texts] of Object.entries(secfixes ?? {})) {
    // Fixed in "0" is the word for: never affected.
    const affected = version === '0' ? everyVersion(key, 'not-affected') : fixedAt(key, version);
    for (const id of new Set((texts ?? []).flatMap(vulnerabilityIds))) records.add(id, [affected]);
  }
}

/** Ids of projects and finders say nothing more than the CVE beside them; what should be a CVE and is none may be all there is. */
function* unreadIds(
  { pkg: { name, secfixes } }: SecdbPackage,
  { part, path }: { readonly part: string; readonly path: string },
): Generator<FeedProblem> {
  const texts = Object.values(secfixes ?? {}).flatMap((ids) => ids ?? []);
  for (const text of new Set(texts.filter((each) => /\bCVE/i.test(each) && vulnerabilityIds(each).length === 0))) {
    const message = `${path} says that ${name} fixed "${text}", which is no id of a vulnerability`;
    yield { code: 'secdb-id-invalid', message, part, path: `${path}#${name}` };
  }
}

/**
 * What one text names: `CVE-2015-1 XSA-3` are names of one thing, then the CVE counts. Misspelt (`CVE_2019-1`), with a
 * remark behind it (`(+ regression fix)`) or a part of a patch (`CVE-2017-17434-2`) it is the same CVE. Ids of projects
 * and finders stand beside the CVE they are about and would only double it.
 */
export function vulnerabilityIds(text: string): readonly string[] {
  const cves = [...text.matchAll(/\bCVE[-_](\d{4})[-_](\d{4,12})(?!\d)/gi)].map(
    ([, year, number]) => `CVE-${year}-${number}`,
  );
  if (cves.length > 0) return cves;
  return text
    .split(/\s+/)
    .filter((word) => /^(?:GHSA(?:-[0-9a-z]{4}){3}|(?:XSA|ALPINE)-\d{1,8}|RUSTSEC-\d{4}-\d{4})$/.test(word));
}
