import { gzipSync } from 'node:zlib';
import { readAll } from '../testing/snapshots';
import { debianTrackerFeed } from './feed';

function release(change: object = {}): object {
  return { status: 'open', repositories: { bookworm: '1.0-1' }, urgency: 'not yet assigned', ...change };
}

const introduced = { introduced: '0' };

async function only(change: object) {
  const tracker = { openssl: { 'CVE-2024-1000': { scope: 'remote', releases: { bookworm: release(change) } } } };
  const { items, problems } = await readAll(debianTrackerFeed, { 'tracker.json': JSON.stringify(tracker) });
  expect(problems).toEqual([]);
  const [affected] = items[0]?.affected ?? [];
  return [affected?.ranges[0]?.events, affected?.status, affected?.severities.map(({ value }) => value)];
}

describe("Debian's tracker", () => {
  it.each([
    [
      'fixed',
      { status: 'resolved', fixed_version: '1.0-2', urgency: 'high**' },
      [introduced, { fixed: '1.0-2' }],
      undefined,
      ['high'],
    ],
    ['never affected', { status: 'resolved', fixed_version: '0' }, [introduced], 'not-affected', []],
    ['open', {}, [introduced], undefined, []],
    ['a minor issue', { nodsa: 'Minor issue', nodsa_reason: '' }, [introduced], undefined, []],
    ['open although a fix is known', { fixed_version: '1.0-2' }, [introduced], undefined, []],
    ['ignored', { nodsa: 'Too intrusive', nodsa_reason: 'ignored' }, [introduced], 'wont-fix', []],
    ['postponed', { nodsa: 'Later', nodsa_reason: 'postponed' }, [introduced], 'deferred', []],
    ['out of support', { urgency: 'end-of-life' }, [introduced], 'end-of-life', []],
    ['undetermined', { status: 'undetermined' }, [introduced], 'under-investigation', []],
    ['unimportant (trap 30)', { urgency: 'unimportant' }, [introduced], undefined, ['unimportant']],
  ])('says %s', async (_, change, ...expected) => {
    expect(await only(change)).toEqual(expected);
  });

  it('gives one record for a vulnerability, of all packages and numbered releases', async () => {
    const tracker = {
      openssl: {
        'CVE-2024-1000': {
          description: 'A flaw',
          releases: { sid: release(), bookworm: release(), trixie: release() },
        },
      },
      edk2: { 'CVE-2024-1000': { releases: { bullseye: release() } }, 'TEMP-0000000-A1B2C3': { releases: {} } },
    };
    const { items } = await readAll(debianTrackerFeed, { 'tracker.json.gz': gzipSync(JSON.stringify(tracker)) });
    expect(
      items.map(({ id, summary, affected }) => [id, summary, affected.map((a) => `${a.ecosystem} ${a.name}`)]),
    ).toEqual([
      ['CVE-2024-1000', 'A flaw', ['Debian:12 openssl', 'Debian:13 openssl', 'Debian:11 edk2']],
      ['TEMP-0000000-A1B2C3', undefined, []],
    ]);
    expect(items.flatMap(({ aliases }) => aliases)).toEqual([]);
  });

  it('names a release it does not know, once, and not the one that is never released', async () => {
    const issue = { releases: { sid: release(), bookworm: release(), woody: release() } };
    const tracker = { openssl: { 'CVE-2024-1000': issue, 'CVE-2024-2000': issue }, zlib: { 'CVE-2024-1000': issue } };
    const { items, problems } = await readAll(debianTrackerFeed, { 't.json': JSON.stringify(tracker) });
    expect(problems).toEqual(['debian-release-unknown t.json#woody']);
    expect(items).toHaveLength(2);
  });

  it('names what it cannot use, and keeps the last good state when the document is cut off', async () => {
    const odd = { openssl: { 'CVE-1': { releases: { bookworm: release({ status: 'maybe' }) } } }, list: 'x' };
    expect((await readAll(debianTrackerFeed, { 't.json': JSON.stringify(odd) })).problems).toEqual([
      'debian-issue-invalid t.json#openssl/CVE-1',
      'debian-package-invalid t.json#list!',
    ]);
    const cut = JSON.stringify({ a: {}, b: {} }).slice(0, -4);
    expect((await readAll(debianTrackerFeed, { 't.json': cut })).problems).toEqual(['json-invalid t.json!']);
    expect((await readAll(debianTrackerFeed, { 't.json': '<html>' })).problems).toEqual(['json-invalid t.json!']);
  });
});
