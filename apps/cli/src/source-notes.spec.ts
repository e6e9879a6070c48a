import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceNotes } from './source-notes';

const note = { revision: 1, fingerprint: { sha256: 'a', etag: '"1"' }, parts: ['npm'] };

describe('notes of sources', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'notes-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('are asked with until a week has passed since a source was fetched whatever its server said', async () => {
    const store = join(directory, 'store.db');
    await writeFile(store, '');
    const first = await SourceNotes.read(store);
    expect(first.lastOf('npm', 1, '2026-01-01T00:00:00Z')).toBeUndefined();
    first.set('npm', note, '2026-01-01T00:00:00Z');
    await first.write(store);
    const notes = await SourceNotes.read(store);
    expect(notes.lastOf('npm', 1, '2026-01-05T00:00:00Z')).toEqual(note.fingerprint);
    expect(notes.lastOf('npm', 2, '2026-01-05T00:00:00Z')).toBeUndefined();
    notes.set('npm', note, '2026-01-05T00:00:00Z');
    expect(notes.lastOf('npm', 1, '2026-01-08T00:00:00Z')).toBeUndefined();
    expect(notes.of('npm', 1)).toMatchObject(note);
    notes.set('npm', note, '2026-01-08T00:00:00Z');
    expect(notes.lastOf('npm', 1, '2026-01-09T00:00:00Z')).toEqual(note.fingerprint);
  });

  it('name what a source of several files was made of, also where all of it is to be read again', async () => {
    const store = join(directory, 'files.db');
    await writeFile(store, '');
    const notes = await SourceNotes.read(store);
    const files = { 'https://a/main.json': { sha256: 'b', etag: '"2"' } };
    notes.set('alpine', { ...note, fingerprint: { sha256: 'a', files } }, '2026-01-01T00:00:00Z');
    const names = { sha256: '', files: { 'https://a/main.json': { sha256: 'b' } } };
    expect(notes.lastOf('alpine', 1, '2026-01-08T00:00:00Z')).toEqual(names);
    expect(notes.lastOf('alpine', 2, '2026-01-02T00:00:00Z')).toEqual(names);
    notes.remove('alpine');
    expect(notes.lastOf('alpine', 1, '2026-01-02T00:00:00Z')).toEqual(names);
    expect(notes.partsOf('alpine')).toEqual(['npm']);
    notes.set('npm', note, '2026-01-01T00:00:00Z');
    notes.remove('npm');
    expect(notes.lastOf('npm', 1, '2026-01-02T00:00:00Z')).toBeUndefined();
  });

  it('of another time say nothing of when that was', async () => {
    const store = join(directory, 'older.db');
    await writeFile(store, '');
    await writeFile(`${store}.sources.json`, JSON.stringify({ npm: note }));
    expect((await SourceNotes.read(store)).lastOf('npm', 1, '2026-01-01T00:00:00Z')).toBeUndefined();
  });
});
