import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { purlOf } from '@tidewaiter/ecosystems';
import { PackageURL } from 'packageurl-js';
import { reportFormats } from './registry';
import { empty, inventory, judged, read, tool } from './spec-subjects';

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'licenses')
  .map((entry) => entry.name)
  .sort();

describe('the registry of report formats', () => {
  it('has a line for every folder, under the folder’s name', () => {
    expect(reportFormats.map(({ id }) => id).sort()).toEqual(folders);
  });

  it.each(folders)('%s has a README with a link to its format, and a spec', (folder) => {
    expect(readFileSync(join(here, folder, 'README.md'), 'utf8')).toMatch(/https:\/\//);
    expect(existsSync(join(here, folder, `${folder}.spec.ts`))).toBe(true);
  });
});

describe.each(reportFormats)('$id', (format) => {
  const subjects = format.of.includes('inventory') ? [read, judged, empty] : [judged, empty];

  it('gives the same bytes for the same image', () => {
    for (const subject of subjects) {
      const copy = structuredClone(subject);
      expect(JSON.stringify(format.document([copy], { tool }))).toBe(
        JSON.stringify(format.document([subject], { tool })),
      );
    }
  });

  it('tells two images apart', () => {
    const { digest = '', ...image } = inventory.image;
    const other = { ...judged, inventory: { ...inventory, image: { ...image, digest: digest.replaceAll('1', '3') } } };
    expect(JSON.stringify(format.document([other], { tool }))).not.toBe(
      JSON.stringify(format.document([judged], { tool })),
    );
  });

  it('writes package URLs that others read as they are meant', () => {
    const text = JSON.stringify(format.document([judged], { tool }));
    const purls = [...text.matchAll(/"(?:@id|purl|referenceLocator|imagePurl)":"(pkg:[^"]*)"/g)].map(
      ([, purl]) => purl,
    );
    expect(purls.length).toBeGreaterThan(1);
    for (const purl of purls) {
      const { type, namespace, name, version, qualifiers } = PackageURL.fromString(purl ?? '');
      expect(
        purlOf({
          type: type ?? '',
          namespace: namespace ?? undefined,
          name: name ?? '',
          version: version ?? '',
          qualifiers: qualifiers ?? {},
        }),
      ).toBe(purl);
    }
  });

  it('carries the problems of a partial reading', () => {
    const text = JSON.stringify(format.document([judged], { tool }));
    expect(text).toContain('file-invalid');
    expect(text).toContain('ecosystem-not-covered');
    expect(JSON.stringify(format.document([empty], { tool })) ?? '').not.toMatch(/incomplete/i);
  });
});
