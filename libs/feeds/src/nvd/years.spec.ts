import { OperationalError } from '@tidewaiter/kit';
import type { FeedIo, RemoteFile } from '../feed';
import { fetchYears } from './years';

/** In the form of NVD's own; 2027's has no sum. */
function metaOf(year: number): string {
  const time = `lastModifiedDate:${String(year)}-01-01T03:00:01-05:00\r\nsize:1\r\nzipSize:1\r\ngzSize:1\r\n`;
  return year === 2027 ? time : `${time}sha256:${'AB'.repeat(32)}\r\n`;
}

/** A mirror that has the years up to one, and says what was asked of it. */
function mirrorUntil(lastYear: number, source = 'https://mirror.example/nvd/') {
  const asked: RemoteFile[] = [];
  const refuse = () => Promise.reject(new Error('not asked for here'));
  const io: FeedIo = {
    source,
    local: refuse,
    download: () => Promise.resolve('unchanged'),
    downloadAll: (files) => {
      asked.push(...files);
      return Promise.resolve('unchanged');
    },
    get: (url) => {
      const year = Number(/-(\d{4})\.meta$/.exec(url)?.[1]);
      if (year <= lastYear) return Promise.resolve(Buffer.from(metaOf(year)));
      return Promise.reject(new OperationalError('feed-answer-unusable', 'no', { fields: { status: 404 } }));
    },
  };
  return { io, asked };
}

describe('the yearly files of NVD', () => {
  it('are all asked for, each by what its list of facts says', async () => {
    const { io, asked } = mirrorUntil(2027);
    expect(await fetchYears(undefined, io)).toBe('unchanged');
    expect(asked).toHaveLength(26);
    expect(asked.at(-1)).toEqual({
      url: 'https://mirror.example/nvd/nvdcve-2.0-2027.json.gz',
      name: 'nvdcve-2.0-2027.json.gz',
      part: 'nvd',
      version: metaOf(2027),
    });
    expect(asked.at(0)).toMatchObject({ version: metaOf(2002), inflatedSha256: 'ab'.repeat(32) });
  });

  it('are not fewer because one of them cannot be found', async () => {
    await expect(fetchYears(undefined, mirrorUntil(2019).io)).rejects.toMatchObject({ code: 'feed-answer-unusable' });
  });

  it('have each that there was, also one that may not have begun', async () => {
    const { io, asked } = mirrorUntil(2026);
    const url = 'https://mirror.example/nvd/nvdcve-2.0-2027.json.gz';
    await fetchYears({ sha256: 'a', files: { [url]: { sha256: 'b' } } }, io);
    expect(asked).toHaveLength(26);
    expect(asked.at(-1)).toMatchObject({ url, isOptional: true, isLasting: true });
  });

  it('are not looked for where the source is one file', async () => {
    const { io, asked } = mirrorUntil(2027, 'https://mirror.example/page.json');
    await fetchYears(undefined, io);
    expect(asked).toEqual([]);
  });
});
