import { defaultExtractLimits, layerFileOf, type Extraction } from './extractor';
import { scanArchive } from './java-archive/archive-contents';
import { extractors } from './registry';
import { FileSelection } from './selection';

function extract(id: string, path: string, text: string): Promise<Extraction> {
  const extractor = extractors.find((each) => each.id === id);
  if (extractor === undefined) throw new Error(id);
  const context = { wantsOwner: () => true, limits: defaultExtractLimits };
  return extractor.extract(layerFileOf(path, Buffer.from(text)), context);
}

const selection = new FileSelection(extractors);
const place = 'usr/lib/python3/site-packages/a-1.dist-info';
const entry = { method: 0, encrypted: false, crc32: 0, storedBytes: 0, inflatedBytes: 0, offset: 0 };

/** Nothing about speed: what takes time by the square of its length takes several times as long on any machine. */
const patienceMs = 20_000;

describe('texts that were made to keep an expression busy', () => {
  it.each<[string, () => unknown]>([
    ['strings that are not closed', () => extract('node-lock', 'bun.lock', `{"a": "${'\\"'.repeat(400_000)}`)],
    ['the same to the end of a line', () => extract('node-lock', 'bun.lock', `{"a": "${'\\"'.repeat(400_000)}\\\n`)],
    ['a quoted path without an end', () => extract('python', `${place}/RECORD`, `"${'a'.repeat(12_000_000)}\n`)],
    ['a quoted path of quotes', () => extract('python', `${place}/RECORD`, `"${'""'.repeat(1_000_000)}\n`)],
    [
      'names like those in the cache of Yarn',
      async () => {
        for (let at = 0; at < 10_000; at++) {
          await extract('yarn-cache', `cache/${'-npm-'.repeat(400)}${'a'.repeat(2_000)}g.zip`, '');
        }
      },
    ],
    [
      'names like those of gems',
      () => {
        for (let at = 0; at < 5_000; at++) selection.of(`usr/lib/gems/${'-1'.repeat(2_000)}.jar`);
      },
    ],
    [
      'names like those that Maven gives',
      () => {
        const names = Array.from({ length: 500 }, (_, at) => `${'META-INF/maven/'.repeat(4_000)}${at}`);
        scanArchive(names.map((name) => ({ ok: true, value: { ...entry, name } })));
      },
    ],
  ])(
    'take time by their length: %s',
    async (_, run) => {
      const begin = performance.now();
      await run();
      expect(performance.now() - begin).toBeLessThan(patienceMs);
    },
    2 * patienceMs,
  );

  it('are still what they were where they are sound', async () => {
    const inCache = 'app/.yarn/cache/left-pad-npm-1.3.0-7a3ba2e5c1-13fa96e17f.zip';
    expect((await extract('yarn-cache', inCache, '')).problems).toMatchObject([{ code: 'yarn-cache-unreadable' }]);
    expect(selection.of('usr/lib/gems/rake-13.0.6/Gemfile.lock')).toEqual([]);
    expect(selection.of('usr/lib/gems/rake/Gemfile.lock')).not.toEqual([]);
    const record = '"a/b ""c"", d.py",sha256=x,1\n"e.py"\n"f\n';
    const owned = (await extract('python', `${place}/RECORD`, record)).ownedFiles;
    expect(owned?.flatMap(({ paths }) => paths).filter((path) => path.endsWith('.py'))).toEqual([
      'usr/lib/python3/site-packages/a/b "c", d.py',
      'usr/lib/python3/site-packages/e.py',
    ]);
  });

  it('end before they fill the memory, where they are JSON of nothing but values', async () => {
    const wide = (values: number): string => `{"a":[${'[],'.repeat(values / 2)}1],"b":"${'x'.repeat(4_000_000)}"}`;
    await expect(async () => extract('conda', 'opt/conda/conda-meta/a.json', wide(4_100_000))).rejects.toThrow(
      new RangeError('it holds more than 4000000 values'),
    );
    const { problems } = await extract('conda', 'opt/conda/conda-meta/a.json', wide(400_000));
    expect(problems).toMatchObject([{ code: 'conda-record-invalid' }]);
  });
});
