import { defaultExtractLimits, extractors, FileSelection, layerFileOf } from '@tidewaiter/extractors';
import { enrichmentSources, feeds } from '@tidewaiter/feeds';
import { zipFileOf } from '@tidewaiter/formats';
import { readSbom } from '@tidewaiter/sbom';
import { vexSource } from '@tidewaiter/vex';
import { billsOfMaterials } from './bills-of-materials';
import { examples } from './examples';
import { feedDocuments } from './feed-documents';

const selection = new FileSelection(extractors);

/** A damaged form of what is not understood in the first place tries nothing. */
describe('what the parsers are fed with', () => {
  it.each(examples)('$path is understood', async ({ path, bytes }) => {
    const [by] = selection.of(path);
    const file = layerFileOf(path, bytes);
    const extraction = await by?.extractor.extract(file, { wantsOwner: () => true, limits: defaultExtractLimits });
    expect(extraction?.problems).toEqual([]);
    expect([...(extraction?.packages ?? []), ...(extraction?.contentSets ?? [])]).not.toEqual([]);
  });

  it.each(billsOfMaterials)('$path is understood', ({ bytes }) => {
    const sbom = readSbom(bytes);
    expect(sbom.ok ? sbom.value.packages.map(({ extracted }) => extracted.name) : sbom.error).toContain('bash');
  });

  it.each([...feeds, ...enrichmentSources, vexSource])('documents of $id are understood', async (source) => {
    const documents = feedDocuments[source.id] ?? [];
    const files = documents.map(({ path, bytes }) => ({ name: path, ...zipFileOf(bytes) }));
    const part = {
      name: 'part',
      async *files() {
        yield* files;
      },
    };
    const items: object[] = [];
    for await (const item of source.parse({ parts: [part] })) items.push(item);
    expect(items.filter((item) => 'code' in item)).toEqual([]);
    expect(items.length).toBeGreaterThanOrEqual(documents.length);
    expect(documents).not.toEqual([]);
  });
});
