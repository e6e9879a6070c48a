import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { describeAsRoot, describeWithTool } from '@tidewaiter/testing';
import { defaultExtractLimits, layerFileOf, type Extraction } from '../extractor';
import { rpm } from './rpm';
import { linesOfExtraction, linesOfRpm } from './spec-rpm-answer';

const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-rpm-int-'));
afterAll(() => rmSync(directory, { recursive: true }));

function make(forms: string): void {
  const script = resolve(import.meta.dirname, '../../../../tools/fixtures/rpm/generate.mjs');
  const made = spawnSync(process.execPath, [script, forms, directory], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`no databases were made: ${made.stderr}`);
}

function read(bytes: Buffer, path: string): Promise<Extraction> {
  return rpm.extract(layerFileOf(path, bytes), { wantsOwner: () => true, limits: defaultExtractLimits });
}

async function expectAsRpmSays(form: string): Promise<void> {
  const answer = readFileSync(join(directory, `${form}.txt`), 'utf8');
  const extraction = await read(gunzipSync(readFileSync(join(directory, `${form}.gz`))), 'var/lib/rpm/Packages');
  expect(linesOfExtraction(extraction, answer)).toEqual(linesOfRpm(answer));
  expect(extraction.problems).toEqual([]);
  expect(extraction.packages.length).toBeGreaterThan(6);
}

describeWithTool(['rpm', 'rpmbuild'], 'the database that the rpm of this machine writes', () => {
  beforeAll(() => make('sqlite'), 120_000);

  it('is read as rpm -qa reads it', () => expectAsRpmSays('sqlite'));

  it('whose log was not emptied is not taken for whole where the log is alone', async () => {
    const path = join(directory, 'rpmdb.sqlite');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)');
    const log = readFileSync(`${path}-wal`);
    database.close();
    const { problems } = await read(log, 'var/lib/rpm/rpmdb.sqlite-wal');
    expect(problems.map((problem) => problem.code)).toEqual(['rpm-database-log-pending']);
  });
});

describeAsRoot('databases of other rpms', () => {
  describeWithTool(['rpmbuild', 'apt-get', 'dpkg-deb'], 'by the rpm of other releases of Debian', () => {
    const forms = ['ndb', 'bdb', 'bdb-big-endian'];
    beforeAll(() => make(forms.join()), 600_000);

    it.each(forms)('%s is read as rpm -qa reads it', (form) => expectAsRpmSays(form));
  });
});
