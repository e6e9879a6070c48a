import { bufferSource } from '../byte-source';
import { defaultZipLimits } from './zip';
import { ZipArchive } from './zip-archive';
import { zipBytes } from './zip-bytes';
import type { ZipEntry } from './zip-directory';

async function opened(bytes: Buffer): Promise<{ archive: ZipArchive; entries: ReadonlyMap<string, ZipEntry> }> {
  const archive = await ZipArchive.open(bufferSource(bytes), defaultZipLimits);
  if (!archive.ok) throw new Error(archive.error.message);
  const entries = new Map<string, ZipEntry>();
  for (const entry of archive.value.entries()) if (entry.ok) entries.set(entry.value.name, entry.value);
  return { archive: archive.value, entries };
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, name: string): ZipEntry {
  const entry = entries.get(name);
  if (entry === undefined) throw new Error(`no ${name}`);
  return entry;
}

describe('ZipArchive', () => {
  it('reads single entries in any order, of several with one name the last', async () => {
    const bytes = zipBytes([
      { name: 'a', text: 'first' },
      { name: 'b', text: 'b' },
      { name: 'a', text: 'last' },
    ]);
    const { archive, entries } = await opened(bytes);
    expect(await archive.read(entryOf(entries, 'b'))).toEqual({ ok: true, value: Buffer.from('b') });
    expect(await archive.read(entryOf(entries, 'a'))).toEqual({ ok: true, value: Buffer.from('last') });
  });

  it.each([true, false])('opens an archive within the archive (stored: %s)', async (stored) => {
    const inner = zipBytes([{ name: 'x', text: 'inside' }], { stub: Buffer.from('#!/bin/sh\n') });
    const outer = zipBytes([{ name: 'inner.jar', text: inner.toString('latin1'), encoding: 'latin1', stored }]);
    const { archive, entries } = await opened(outer);
    const source = await archive.open(entryOf(entries, 'inner.jar'));
    if (!source.ok) throw new Error(source.error.message);
    expect(source.value.sizeBytes).toBe(inner.length);
    expect(source.value.read(0, 10_000)).toEqual(inner);
    const nested = await opened(source.value.read(0, source.value.sizeBytes));
    expect(await nested.archive.read(entryOf(nested.entries, 'x'))).toEqual({ ok: true, value: Buffer.from('inside') });
  });

  it('ends where entries that share bytes would hold more than the archive', async () => {
    const shared = { name: 'a', text: 'y'.repeat(3000), stored: true };
    const { archive, entries } = await opened(zipBytes([shared, { ...shared, name: 'b', reusesFirst: true }]));
    expect((await archive.open(entryOf(entries, 'a'))).ok).toBe(true);
    expect(await archive.read(entryOf(entries, 'b'))).toMatchObject({ ok: false, error: { code: 'zip-too-large' } });
  });

  it.each<[string, Partial<ZipEntry>, string]>([
    ['is encrypted', { encrypted: true }, 'zip-entry-encrypted'],
    ['claims to begin elsewhere', { offset: 1 }, 'zip-entry-damaged'],
  ])('says so when an entry to be opened %s', async (_, wrong, code) => {
    const { archive, entries } = await opened(zipBytes([{ name: 'a', text: 'a', stored: true }]));
    expect(await archive.open({ ...entryOf(entries, 'a'), ...wrong })).toMatchObject({ ok: false, error: { code } });
  });
});
