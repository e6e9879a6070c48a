import { normalizeAdvisoryName, type Package } from '@tidewaiter/contracts';
import { judge, reasons } from './judge';
import { debianPackage, input, npmPackage, range, semverRange } from './spec-inputs';

describe('judge: ranges', () => {
  const openssl = debianPackage('openssl', '3.0.11-1~deb12u1');

  it('is affected below the fix, with the fix and the evidence', () => {
    expect(judge(openssl, input({ ranges: [range('introduced 0', 'fixed 3.0.13-1~deb12u1')] }))).toEqual({
      state: 'affected',
      fixedIn: '3.0.13-1~deb12u1',
      fixState: 'fixed',
      evidence: {
        version: '3.0.11-1~deb12u1',
        of: 'source',
        name: 'openssl',
        ecosystem: 'Debian:12',
        scheme: 'dpkg',
        range: '>= 0, < 3.0.13-1~deb12u1',
      },
    });
  });

  it('is not affected at the fix', () => {
    const verdict = judge(openssl, input({ ranges: [range('introduced 0', 'fixed 3.0.11-1~deb12u1')] }));
    expect(verdict).toEqual({ state: 'not-affected', reason: 'fixed in 3.0.11-1~deb12u1' });
  });

  it('has no fix where the range has none (trap 52: no fix bound is never "fixed in")', () => {
    expect(judge(openssl, input({ ranges: [range('introduced 0')] }))).toMatchObject({
      state: 'affected',
      evidence: { range: '>= 0' },
    });
    expect(judge(openssl, input({ ranges: [range('introduced 0')] }))).not.toHaveProperty('fixedIn');
    const verdict = judge(openssl, input({ ranges: [range('introduced 0', 'last-affected 3.0.12-1')] }));
    expect(verdict).toMatchObject({ state: 'affected', evidence: { range: '>= 0, <= 3.0.12-1' } });
    expect(verdict).not.toHaveProperty('fixedIn');
  });

  it('reads "introduced 0, fixed 0" as explicitly not affected, in any order', () => {
    for (const events of [
      ['introduced 0', 'fixed 0'],
      ['fixed 0', 'introduced 0'],
    ]) {
      const verdict = judge(debianPackage('openssl', '0~~'), input({ ranges: [range(...events)] }));
      expect(verdict).toEqual({ state: 'not-affected', reason: 'explicitly not affected' });
    }
  });

  it('keeps both bounds of an interval (trap 51: old versions before and after it)', () => {
    const between = [range('introduced 2.0-1', 'fixed 3.0-1')];
    expect(judge(debianPackage('openssl', '1.9-1'), input({ ranges: between }))).toEqual({
      state: 'not-affected',
      reason: 'outside the affected ranges',
    });
    expect(judge(debianPackage('openssl', '2.0-1'), input({ ranges: between })).state).toBe('affected');
    expect(judge(debianPackage('openssl', '3.0-1'), input({ ranges: between })).state).toBe('not-affected');
  });

  it('stays affected where ranges touch', () => {
    const touching = [range('introduced 0', 'fixed 2.0.0', 'introduced 2.0.0', 'fixed 2.11.2')];
    expect(judge(debianPackage('openssl', '2.5.0'), input({ ranges: touching }))).toMatchObject({
      state: 'affected',
      fixedIn: '2.11.2',
    });
  });

  it('ends at a limit', () => {
    const limited = [range('introduced 0', 'limit 2.0')];
    expect(judge(debianPackage('openssl', '1.0'), input({ ranges: limited })).state).toBe('affected');
    expect(judge(debianPackage('openssl', '2.0'), input({ ranges: limited })).state).toBe('not-affected');
    const unlimited = [range('introduced 0', 'limit 1.0', 'limit *')];
    expect(judge(debianPackage('openssl', '2.0'), input({ ranges: unlimited })).state).toBe('affected');
  });

  it('names the fix that leaves every range that holds the version', () => {
    const two = [range('introduced 0', 'fixed 4.0'), range('introduced 3.0', 'fixed 5.0')];
    expect(judge(openssl, input({ ranges: two }))).toMatchObject({ state: 'affected', fixedIn: '5.0' });
    const oneOpen = [range('introduced 0', 'fixed 4.0'), range('introduced 3.0')];
    expect(judge(openssl, input({ ranges: oneOpen }))).not.toHaveProperty('fixedIn');
  });
});

describe('judge: listed versions', () => {
  it('is affected when the tool takes the listed version for the same (GHSA-7f84-9cqf-g4j9 lists 2.4)', () => {
    const listed = input({ ecosystem: 'RubyGems', name: 'camaleon_cms', versions: ['2.4'] });
    const gem = (version: string): Package => ({
      ecosystem: 'RubyGems',
      name: 'camaleon_cms',
      version,
      purl: `pkg:gem/camaleon_cms@${version}`,
    });
    expect(judge(gem('2.4.0'), listed).state).toBe('affected');
    expect(judge(gem('2.4.0.1'), listed).state).toBe('not-affected');
  });

  it.each([
    ['Go', 'v1.0.0', ['1.0.0'], true],
    ['Go', 'v1.0.0+incompatible', ['1.0.0'], true],
    ['Go', 'v1.0.1', ['1.0.0'], false],
    ['Go', 'v1.0.0-rc.1', ['1.0.0'], false],
    ['npm', '1.0.0', ['1.0.0'], true],
    ['PyPI', '1.0.0', ['1.0'], true],
    ['RubyGems', '1.0.0', ['1.0'], true],
    ['RubyGems', '1.0.0.1', ['1.0'], false],
  ])(
    'beside a range counts as much as the range, however it is written: %s %s and %j',
    (ecosystem, version, versions, is) => {
      // https://ossf.github.io/osv-schema/#evaluation: listed, or in a range.
      const pkg: Package = { ecosystem, name: 'x/y', version, purl: 'pkg:generic/x' };
      const rangeOf = ecosystem === 'Go' ? semverRange : range;
      const ranges = [rangeOf('introduced 2.0.0', 'fixed 2.0.1')];
      expect(judge(pkg, input({ ecosystem, name: 'x/y', versions, ranges })).state).toBe(
        is ? 'affected' : 'not-affected',
      );
    },
  );

  it('is affected when the version is listed, exactly', () => {
    const listed = input({ ecosystem: 'npm', name: 'event-stream', versions: ['3.3.6'] });
    expect(judge(npmPackage('event-stream', '3.3.6'), listed)).toMatchObject({
      state: 'affected',
      evidence: { range: '= 3.3.6 (listed)', scheme: 'npm' },
    });
    expect(judge(npmPackage('event-stream', '3.3.60'), listed)).toEqual({
      state: 'not-affected',
      reason: 'not among the affected versions',
    });
  });

  it('lets the list settle a version that cannot be read', () => {
    const listed = input({
      ecosystem: 'npm',
      name: 'x',
      versions: ['not a version'],
      ranges: [semverRange('introduced 9.0.0')],
    });
    expect(judge(npmPackage('x', 'not a version'), listed).state).toBe('affected');
  });

  it('uses the list alone where the order of the ecosystem is not known', () => {
    const pkg = { ecosystem: 'Android', name: 'platform', version: '12', purl: 'pkg:generic/platform@12' };
    const of = { ecosystem: 'Android', name: 'platform', ranges: [range('introduced 0', 'fixed 13')] };
    expect(judge(pkg, input({ ...of, versions: ['12'] }))).toMatchObject({
      state: 'affected',
      evidence: { scheme: 'none' },
    });
    expect(judge(pkg, input({ ...of, versions: ['11'] })).state).toBe('not-affected');
    expect(judge(pkg, input(of))).toMatchObject({ state: 'undetermined' });
  });
});

describe('judge: nothing uncertain is clean', () => {
  it('is undetermined when the installed version cannot be read', () => {
    const verdict = judge(
      npmPackage('x', 'latest'),
      input({ ecosystem: 'npm', name: 'x', ranges: [semverRange('introduced 0', 'fixed 1.0.0')] }),
    );
    expect(verdict).toMatchObject({
      state: 'undetermined',
      reason:
        'the installed version cannot be read: "latest" is not a version: expected major.minor.patch with an optional -pre-release and +build',
    });
  });

  it('needs no order where a range holds every version: of what cannot be read, and of what nobody orders', () => {
    const of = { ecosystem: 'npm', name: 'x' };
    const unreadable = npmPackage('x', 'git+https://example.org/x.git');
    const everything = { state: 'affected', fixState: 'not-fixed', evidence: { range: '>= 0' } };
    expect(judge(unreadable, input({ ...of, ranges: [semverRange('introduced 0')] }))).toMatchObject(everything);
    const limitless = semverRange('introduced 2.0.0', 'introduced 0', 'limit *');
    expect(judge(unreadable, input({ ...of, ranges: [limitless] }))).toMatchObject(everything);
    const android = { ecosystem: 'Android', name: 'platform', version: '12', purl: 'pkg:generic/platform@12' };
    const record = { ecosystem: 'Android', name: 'platform', ranges: [range('introduced 0')] };
    expect(judge(android, input(record))).toMatchObject(everything);
    for (const events of [
      ['introduced 1.0.0'],
      ['introduced 0', 'limit 2.0.0'],
      ['introduced 0', 'last-affected 2.0.0'],
    ]) {
      expect(judge(unreadable, input({ ...of, ranges: [semverRange(...events)] })).state).toBe('undetermined');
    }
  });

  it('is undetermined when a bound cannot be read, unless another range already holds the version', () => {
    const broken = range('introduced 0', 'fixed not_a_version!');
    const pkg = debianPackage('openssl', '1.0');
    expect(judge(pkg, input({ ranges: [broken] }))).toMatchObject({
      state: 'undetermined',
      reason:
        'a bound of the advisory cannot be read: "not_a_version!" is not a version: a character of the upstream version is not allowed',
    });
    expect(judge(pkg, input({ ranges: [broken, range('introduced 0')] })).state).toBe('affected');
    expect(judge(pkg, input({ ranges: [broken, range('introduced 5')] })).state).toBe('undetermined');
  });

  it('is undetermined when a record names no versions at all', () => {
    expect(judge(debianPackage('openssl', '1.0'), input({})).state).toBe('undetermined');
  });

  it('is undetermined, not clean and not affected, when the image does not say its release (trap 31, 47)', () => {
    const sid = { ...debianPackage('openssl', '1.0'), ecosystem: 'Debian' };
    expect(judge(sid, input({ ranges: [range('introduced 0', 'fixed 2.0')] }))).toMatchObject({
      state: 'undetermined',
      reason: 'the image does not say its distro release; the package is affected if it is Debian:12',
    });
    expect(judge(sid, input({ ranges: [range('introduced 0', 'fixed 1.0')] })).state).toBe('not-affected');
  });
});

describe('judge: who is spoken of', () => {
  it('judges the source version of a rebuilt binary: the rebuild fixes nothing', () => {
    const rebuilt = debianPackage('libfoo1', '1.2-3+b1', { name: 'foo', version: '1.2-3' });
    const verdict = judge(rebuilt, input({ name: 'foo', ranges: [range('introduced 0', 'fixed 1.2-3+b1')] }));
    expect(verdict).toMatchObject({ state: 'affected', evidence: { of: 'source', version: '1.2-3', name: 'foo' } });
  });

  it("ignores a Debian record about another source with the binary's name", () => {
    const binary = debianPackage('git', '1:2.39', { name: 'git-core', version: '1:2.39' });
    expect(judge(binary, input({ name: 'git', ranges: [range('introduced 0')] }))).toEqual({
      state: 'not-affected',
      reason: 'the record is about another package',
    });
  });

  it('judges Alpine by origin and by own name (trap 34, 53: the fix is filed on the origin)', () => {
    const pkg = {
      ecosystem: 'Alpine:v3.20',
      name: 'libcrypto3',
      version: '3.3.0-r2',
      purl: 'pkg:apk/alpine/libcrypto3@3.3.0-r2',
      source: { name: 'openssl', version: '3.3.0-r2' },
    };
    const of = (name: string): ReturnType<typeof judge> =>
      judge(pkg, input({ ecosystem: 'Alpine:v3.20', name, ranges: [range('introduced 0', 'fixed 3.3.0-r3')] }));
    expect(of('openssl')).toMatchObject({ state: 'affected', evidence: { of: 'source', scheme: 'apk' } });
    expect(of('libcrypto3')).toMatchObject({ state: 'affected', evidence: { of: 'package' } });
    expect(of('musl').state).toBe('not-affected');
  });

  it('does not apply one release to another', () => {
    const record = input({ ecosystem: 'Debian:11', ranges: [range('introduced 0')] });
    expect(judge(debianPackage('openssl', '1.0'), record).state).toBe('not-affected');
  });

  it('orders apk release candidates before the release (trap 35)', () => {
    const jq = { ecosystem: 'Alpine:v3.18', name: 'jq', version: '1.6_rc1-r0', purl: 'pkg:apk/alpine/jq@1.6_rc1-r0' };
    const record = input({ ecosystem: 'Alpine:v3.18', name: 'jq', ranges: [range('introduced 0', 'fixed 1.6-r0')] });
    expect(judge(jq, record).state).toBe('affected');
  });

  it('counts a release candidate of the fixing version as affected in npm', () => {
    const record = input({ ecosystem: 'npm', name: 'x', ranges: [semverRange('introduced 0', 'fixed 2.0.0')] });
    expect(judge(npmPackage('x', '2.0.0-rc.1'), record).state).toBe('affected');
    expect(judge(npmPackage('x', '2.0.0'), record).state).toBe('not-affected');
  });

  it.each([
    ['Go', 'stdlib', 'go1.21rc2', 'affected'],
    ['Go', 'stdlib', 'go1.21.1', 'not-affected'],
    ['Go', 'stdlib', '(devel)', 'undetermined'],
    ['GitHub Actions', 'owner/action', 'v1.20.9', 'affected'],
    ['GitHub Actions', 'owner/action', 'v1', 'undetermined'],
  ])(
    'reads the versions of SEMVER ranges as their ecosystem writes them: %s %s %s',
    (ecosystem, name, version, state) => {
      const record = input({ ecosystem, name, ranges: [semverRange('introduced 0', 'fixed 1.21.0')] });
      expect(judge({ ecosystem, name, version, purl: `pkg:generic/${name}@${version}` }, record).state).toBe(state);
    },
  );

  it.each([
    // A bound without a revision is about every build.
    ['7.2.0-3', 'affected', ['introduced 7.2.0', 'fixed 7.2.4']],
    ['7.2.4-0', 'not-affected', ['introduced 7.2.0', 'fixed 7.2.4']],
    ['7.2.4-11', 'not-affected', ['introduced 7.2.0', 'fixed 7.2.4']],
    ['5.16.1-4', 'affected', ['introduced 5.16.1', 'last-affected 5.16.1']],
    ['5.16.2-0', 'not-affected', ['introduced 5.16.1', 'last-affected 5.16.1']],
    // The fault is in some builds alone.
    ['6.7.2-6', 'not-affected', ['introduced 6.7.2-7', 'fixed 6.8.2-1']],
    ['6.7.2-7', 'affected', ['introduced 6.7.2-7', 'fixed 6.8.2-1']],
    ['6.8.2-0', 'affected', ['introduced 6.7.2-7', 'fixed 6.8.2-1']],
    ['6.8.2-1', 'not-affected', ['introduced 6.7.2-7', 'fixed 6.8.2-1']],
    // From the first build on, and up to it.
    ['1.26.0-0', 'affected', ['introduced 1.26.0-0', 'fixed 1.26.3']],
    ['10.11.17-0', 'not-affected', ['introduced 10.11.0', 'fixed 10.11.17-0']],
    ['10.11.16-9', 'affected', ['introduced 10.11.0', 'fixed 10.11.17-0']],
    // As a bill of materials may have it.
    ['1.26.0', 'affected', ['introduced 1.26.0-0', 'fixed 1.26.3']],
    ['10.11.17', 'not-affected', ['introduced 10.11.0', 'fixed 10.11.17-0']],
    ['3.9.10.1-2', 'undetermined', ['introduced 0', 'fixed 4.0.0']],
  ])('does not take the revision of Bitnami’s builds for a pre-release: %s is %s by %j', (version, state, events) => {
    const record = input({ ecosystem: 'Bitnami', name: 'redis', ranges: [semverRange(...events)] });
    const pkg = { ecosystem: 'Bitnami', name: 'redis', version, purl: `pkg:bitnami/redis@${version}` };
    expect(judge(pkg, record).state).toBe(state);
  });

  it('finds npm packages whatever the case of their name', () => {
    const record = input({ ecosystem: 'npm', name: 'jsonstream', ranges: [semverRange('introduced 0')] });
    expect(judge(npmPackage('JSONStream', '1.0.0'), record).state).toBe('affected');
  });

  it('judges nothing by a withdrawn record (trap 49)', () => {
    const record = input({ withdrawn: '2024-02-01T00:00:00Z', ranges: [range('introduced 0')] });
    expect(judge(debianPackage('openssl', '1.0'), record)).toEqual({ state: 'not-affected', reason: 'withdrawn' });
  });
});

describe('a Go module', () => {
  const pkg = (name: string, version: string): Package => ({
    ecosystem: 'Go',
    name,
    version,
    purl: `pkg:golang/${name}@v${version}`,
  });
  const about = (name: string, ...events: readonly string[]) =>
    input({ ecosystem: 'Go', name, ranges: [semverRange(...events)] });

  it('is meant by its very path: no record about all of Kubernetes (1.N) meets a staging module (0.N) (trap 18)', () => {
    const kubernetes = about('k8s.io/kubernetes', 'introduced 0', 'fixed 1.27.8');
    expect(judge(pkg('k8s.io/apimachinery', '0.27.9'), kubernetes)).toMatchObject({ state: 'not-affected' });
    expect(judge(pkg('k8s.io/kubernetes', '1.27.7'), kubernetes)).toMatchObject({ state: 'affected' });
  });

  it('of one major version is not meant by a record about another, whose numbers it has not (trap 19)', () => {
    const first = about('github.com/acme/tool', 'introduced 0', 'fixed 3.0.0');
    const second = about('github.com/acme/tool/v2', 'introduced 0', 'fixed 2.4.1');
    const tool = pkg('github.com/acme/tool/v2', '2.4.0');
    expect(judge(tool, first)).toMatchObject({ state: 'not-affected', reason: reasons.otherPackage });
    expect(judge(tool, second)).toMatchObject({ state: 'affected', fixedIn: '2.4.1' });
  });

  it('is meant by a record that has its path in other letters: package URLs have lost them', () => {
    const record = about(
      normalizeAdvisoryName('Go', 'github.com/Azure/azure-sdk-for-go'),
      'introduced 0',
      'fixed 1.6.0',
    );
    for (const owner of ['azure', 'Azure'])
      expect(judge(pkg(`github.com/${owner}/azure-sdk-for-go`, '1.5.0'), record)).toMatchObject({ fixedIn: '1.6.0' });
  });

  it('is meant by a record that was stored in the letters of its path', () => {
    const record = about('github.com/Azure/azure-sdk-for-go', 'introduced 0', 'fixed 1.6.0');
    expect(judge(pkg('github.com/Azure/azure-sdk-for-go', '1.5.0'), record)).toMatchObject({ fixedIn: '1.6.0' });
  });
});
