import { defaultArchiveLimits, extractors, FileSelection, layerFileOf } from '@tidewaiter/extractors';
import { readSbom } from '@tidewaiter/sbom';
import { billsOfMaterials } from './bills-of-materials';
import { examples } from './examples';

const selection = new FileSelection(extractors);

/** A damaged form of what is not understood in the first place tries nothing. */
describe('what the parsers are fed with', () => {
  it.each(examples)('$path is understood', async ({ path, bytes }) => {
    const [by] = selection.of(path);
    const file = layerFileOf(path, bytes);
    const extraction = await by?.extractor.extract(file, { wantsOwner: () => true, limits: defaultArchiveLimits });
    expect(extraction?.problems).toEqual([]);
    expect([...(extraction?.packages ?? []), ...(extraction?.contentSets ?? [])]).not.toEqual([]);
  });

  it.each(billsOfMaterials)('$path is understood', ({ bytes }) => {
    const sbom = readSbom(bytes);
    expect(sbom.ok ? sbom.value.packages.map(({ extracted }) => extracted.name) : sbom.error).toContain('bash');
  });
});
