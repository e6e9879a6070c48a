import { gzipSync } from 'node:zlib';
import { readAll } from '../testing/snapshots';
import { epssSource } from './source';

const head = '#model_version:v2025.03.14,score_date:2026-07-01T12:55:00Z\ncve,epss,percentile\n';

describe('EPSS scores', () => {
  it('gives the model with its day, then each score', async () => {
    const text = `${head}CVE-2021-44228,0.94358,0.99961\nCVE-2022-0001,1e-05,0\n`;
    expect(await readAll(epssSource, { 'epss.csv.gz': gzipSync(text) })).toEqual({
      items: [
        { kind: 'epss-model', modelVersion: 'v2025.03.14', scoreDate: '2026-07-01' },
        { kind: 'epss-score', vulnerability: 'CVE-2021-44228', probability: 0.94358, percentile: 0.99961 },
        { kind: 'epss-score', vulnerability: 'CVE-2022-0001', probability: 0.00001, percentile: 0 },
      ],
      problems: [],
    });
  });

  it('reads the file inflated or not, and line ends of either kind', async () => {
    const text = `${head}CVE-2021-44228,0.9,0.9\n`.replaceAll('\n', '\r\n');
    const { items, problems } = await readAll(epssSource, { 'epss.csv': text });
    expect([items.length, problems]).toEqual([2, []]);
  });

  it('names a line it cannot use and goes on', async () => {
    const { items, problems } = await readAll(epssSource, {
      'epss.csv': `${head}CVE-2021-1,0.9,0.9\nCVE-2021-44228,1.5,0.9\nCVE-2021-44228,NaN,0.9\nCVE-2021-44228,0.9,0.9\n`,
    });
    expect(items).toHaveLength(2);
    expect(problems).toEqual([3, 4, 5].map((line) => `epss-line-invalid epss.csv#${String(line)}`));
  });

  it('says that a file was cut off, in a line or in its compression', async () => {
    const cutLine = await readAll(epssSource, { 'epss.csv': `${head}CVE-2021-44228,0.9,0.9\nCVE-2021-44229,0.1` });
    expect(cutLine.items).toHaveLength(2);
    expect(cutLine.problems).toEqual(['epss-file-truncated epss.csv!']);
    const packed = gzipSync(`${head}CVE-2021-44228,0.9,0.9\n`);
    const cutFile = await readAll(epssSource, { 'epss.csv.gz': packed.subarray(0, packed.length - 9) });
    expect(cutFile).toEqual({ items: [], problems: ['compression-invalid epss.csv.gz!'] });
  });

  it.each([
    ['no comment', 'cve,epss,percentile\nCVE-2021-44228,0.9,0.9\n'],
    ['another header', '#model_version:v1,score_date:2026-07-01\ncve,percentile,epss\n'],
    ['an error page', '<html></html>\n'],
  ])('refuses a file with %s', async (_what, text) => {
    expect(await readAll(epssSource, { 'e.csv': text })).toEqual({
      items: [],
      problems: ['epss-header-invalid e.csv!'],
    });
  });
});
