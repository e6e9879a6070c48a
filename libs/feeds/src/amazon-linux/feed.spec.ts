import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FeedIo, RemoteFile } from '../feed';
import { readAll } from '../testing/snapshots';
import { amazonLinuxFeed } from './feed';

function update(packages: string, { type = 'security', severity = 'important' } = {}): string {
  return `<updates><update author="linux-security@amazon.com" from="linux-security@amazon.com" status="final" type="${type}" version="1.4">
    <id>ALAS2023-2023-001</id><title>Amazon Linux 2023 - ALAS2023-2023-001: Important priority package update for openssl</title>
    <issued date="2023-02-17 00:00"/><updated date="2023-02-22T10:32:11Z"/><severity>${severity}</severity>
    <description>...</description><references>
      <reference href="https://cve.example/CVE-2023-0286" id="CVE-2023-0286" title="" type="cve"/>
      <reference href="https://cve.example/CVE-2022-4304" id="CVE-2022-4304" title="" type="cve"/>
      <reference href="https://alas.aws.amazon.com/x.html" id="x" type="self"/></references>
    <pkglist><collection short="amazon-linux"><name>Amazon Linux</name>${packages}</collection></pkglist></update></updates>`;
}

function rpm(name: string, release: string, arch: string, epoch = '1'): string {
  return `<package arch="${arch}" epoch="${epoch}" name="${name}" release="${release}" version="3.0.8"><filename>x.rpm</filename></package>`;
}

describe('Amazon Linux', () => {
  it('reads an update: a bundle of vulnerabilities, packages by architecture', async () => {
    const packages = [
      rpm('openssl', '1.amzn2023.0.1', 'x86_64'),
      rpm('openssl', '1.amzn2023.0.1', 'aarch64'),
      rpm('kernel-livepatch-6.1.10', '1.amzn2023', 'x86_64', '0'),
      rpm('openssl', '1.amzn2int', 'x86_64'),
    ].join('');
    const { items, problems } = await readAll(amazonLinuxFeed, { 'x-updateinfo.xml.gz': gzipSync(update(packages)) });
    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      {
        id: 'ALAS2023-2023-001',
        published: '2023-02-17T00:00:00Z',
        modified: '2023-02-22T10:32:00Z',
        upstream: ['CVE-2023-0286', 'CVE-2022-4304'],
        references: ['https://alas.aws.amazon.com/x.html'],
        affected: [
          {
            ecosystem: 'Amazon Linux:2023',
            name: 'openssl',
            architectures: ['aarch64', 'x86_64'],
            ranges: [{ events: [{ introduced: '0' }, { fixed: '1:3.0.8-1.amzn2023.0.1' }] }],
            severities: [{ source: 'Amazon Linux', kind: 'word', value: 'important' }],
          },
          {
            name: 'kernel-livepatch-6.1.10',
            ranges: [{ events: [{ introduced: '0' }, { fixed: '3.0.8-1.amzn2023' }] }],
          },
        ],
      },
    ]);
    expect(items[0]?.affected).toHaveLength(2);
  });

  it('takes security updates only, and names what it cannot use', async () => {
    const bugfix = update(rpm('a', '1.amzn2', 'noarch'), { type: 'bugfix' });
    expect(await readAll(amazonLinuxFeed, { 'updateinfo.xml': bugfix })).toEqual({ items: [], problems: [] });
    const nameless = update('<package arch="x86_64"/>');
    expect((await readAll(amazonLinuxFeed, { 'updateinfo.xml': nameless })).problems).toEqual([
      'amazon-update-invalid updateinfo.xml#1',
    ]);
    expect((await readAll(amazonLinuxFeed, { 'updateinfo.xml': '<updates/>' })).problems).toEqual([
      'amazon-list-empty updateinfo.xml!',
    ]);
  });

  it('finds the list of updates through mirror.list and repomd.xml, with its checksum', async () => {
    const base = 'https://cdn.example/al2023/core/guids/1234/x86_64/';
    const [sum, inflated] = ['packed', 'list'].map((text) => createHash('sha256').update(text).digest('hex'));
    const documents: Record<string, string> = {
      'https://cdn.example/al2023/mirror.list': base,
      [`${base}repodata/repomd.xml`]: `<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary"><location href="repodata/p.xml.gz"/></data>
        <data type="updateinfo"><checksum type="sha256">${sum}</checksum><open-checksum type="sha256">${inflated}</open-checksum><location href="repodata/updateinfo.xml.gz"/></data></repomd>`,
    };
    const asked: RemoteFile[] = [];
    const io: FeedIo = {
      source: 'https://cdn.example/al2023/mirror.list',
      get: (url) => Promise.resolve(Buffer.from(documents[url] ?? '')),
      downloadAll: (files) => Promise.resolve((asked.push(...files), 'unchanged' as const)),
      download: () => Promise.reject(new Error('asked for one file')),
      local: () => Promise.reject(new Error('asked for the disk')),
    };
    await amazonLinuxFeed.fetch(undefined, io);
    expect(asked).toEqual([
      {
        url: `${base}repodata/updateinfo.xml.gz`,
        name: 'repository/updateinfo.xml.gz',
        part: 'amazon-linux',
        sha256: sum,
        isInSignedList: true,
        inflatedSha256: inflated,
      },
    ]);
    documents[`${base}repodata/repomd.xml`] = '<repomd/>';
    await expect(amazonLinuxFeed.fetch(undefined, io)).rejects.toMatchObject({ code: 'feed-index-unusable' });
  });

  it.each([
    ['https://cdn.example/guids/1', 'https://cdn.example/guids/1/', '?token=secret'],
    ['https://cdn.example/guids/1/?token=other', 'https://cdn.example/guids/1/', '?token=other'],
    ['http://cdn.example/guids/1', 'http://cdn.example/guids/1/', ''],
    ['https://cdn.example:8443/guids/1', 'https://cdn.example:8443/guids/1/', ''],
    ['https://else.example/guids/1', 'https://else.example/guids/1/', ''],
  ])('asks the mirror %s with the token of its list where it is the same server', async (mirror, base, query) => {
    let index = '<repomd><data type="updateinfo"><location href="repodata/updateinfo.xml.gz"/></data></repomd>';
    const asked: string[] = [];
    const io: FeedIo = {
      source: 'https://cdn.example/mirror.list?token=secret',
      get: (url) => {
        asked.push(url);
        return Promise.resolve(Buffer.from(url.includes('mirror.list') ? `https://[\n${mirror}\n` : index));
      },
      downloadAll: (files) => Promise.resolve((asked.push(...files.map(({ url }) => url)), 'unchanged' as const)),
      download: () => Promise.reject(new Error('asked for one file')),
      local: () => Promise.reject(new Error('asked for the disk')),
    };
    await amazonLinuxFeed.fetch(undefined, io);
    expect(asked).toEqual([
      io.source,
      `${base}repodata/repomd.xml${query}`,
      `${base}repodata/updateinfo.xml.gz${query}`,
    ]);
    index = '<repomd/>';
    const message: unknown = expect.not.stringContaining('token');
    await expect(amazonLinuxFeed.fetch(undefined, io)).rejects.toMatchObject({ code: 'feed-index-unusable', message });
    index = 'no XML';
    await expect(amazonLinuxFeed.fetch(undefined, io)).rejects.toMatchObject({ code: 'feed-index-unusable', message });
  });
});
