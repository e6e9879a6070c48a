import type { AdvisoryMatchInput, Finding, FixState, Package, VendorStatus } from '@tidewaiter/contracts';
import { findingsOf } from './findings';
import { debianPackage, input, npmPackage, range, semverRange } from './spec-inputs';

const everything = [range('introduced 0')];
const below = [range('introduced 0', 'fixed 3.0.13-1')];
const openssl = debianPackage('openssl', '3.0.11-1');

/** `CVE-1 affected fixed 1.2`, one text a finding. */
function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ vulnerability, verdict, fixState, fixedIn }) =>
    [vulnerability.id, verdict, fixState, fixedIn].filter((word) => word !== undefined).join(' '),
  );
}

function rpm(ecosystem: string, version: string, more: Partial<Package> = {}): Package {
  return { ecosystem, name: 'nodejs', version, purl: `pkg:rpm/x/nodejs@${version}`, ...more };
}

describe("a vendor's word about the versions in range", () => {
  it.each<[VendorStatus | undefined, readonly string[]]>([
    [undefined, ['CVE-2024-0001 affected not-fixed']],
    ['wont-fix', ['CVE-2024-0001 affected wont-fix']],
    ['deferred', ['CVE-2024-0001 affected deferred']],
    ['end-of-life', ['CVE-2024-0001 affected end-of-life']],
    ['under-investigation', ['CVE-2024-0001 undetermined']],
    ['not-affected', []],
  ])('%s', (status, expected) => {
    const word = status === undefined ? {} : { status };
    expect(told(findingsOf(openssl, [input({ ranges: everything, word })]))).toEqual(expected);
  });

  it('says nothing of the others', () => {
    const old = input({ ranges: [range('introduced 0', 'fixed 2.0-1')], word: { status: 'under-investigation' } });
    expect(findingsOf(openssl, [old])).toEqual([]);
  });

  it('tells a fix that exists from one that does not', () => {
    const fixStates = (...inputs: Parameters<typeof input>[0][]): readonly (FixState | undefined)[] =>
      findingsOf(openssl, inputs.map(input)).map(({ fixState }) => fixState);
    expect(fixStates({ ranges: below })).toEqual(['fixed']);
    // Two entries of one record: the fix has to leave both.
    expect(fixStates({ ranges: below }, { ranges: everything, word: { status: 'deferred' } })).toEqual(['deferred']);
  });
});

describe('the vendor of a package', () => {
  const osv = input({ feed: 'osv', id: 'DSA-1', vulnerabilities: ['CVE-2024-0001'], ranges: everything });

  it('beats everybody else about it, who are listed beside (trap 54: an export holds what the distro rejected)', () => {
    const cleared = input({
      feed: 'debian-tracker',
      isVendors: true,
      ranges: everything,
      word: { status: 'not-affected' },
    });
    expect(findingsOf(openssl, [osv, cleared])).toEqual([]);
    const refused = input({
      feed: 'debian-tracker',
      isVendors: true,
      ranges: everything,
      word: { status: 'wont-fix' },
    });
    expect(findingsOf(openssl, [osv, refused])).toMatchObject([
      { fixState: 'wont-fix', advisory: { feed: 'debian-tracker' }, also: [{ feed: 'osv', id: 'DSA-1' }] },
    ]);
    const investigated = { feed: 'debian-tracker', isVendors: true, word: { status: 'under-investigation' } } as const;
    expect(told(findingsOf(openssl, [osv, input({ ...investigated, ranges: everything })]))).toEqual([
      'CVE-2024-0001 undetermined',
    ]);
  });

  it('leaves it to the others where it is silent, or says what cannot be read', () => {
    const other = input({ id: 'CVE-2024-0002', isVendors: true, ranges: everything });
    expect(told(findingsOf(openssl, [osv, other]))).toEqual([
      'CVE-2024-0001 affected not-fixed',
      'CVE-2024-0002 affected not-fixed',
    ]);
    const unreadable = input({ feed: 'debian-tracker', isVendors: true, ranges: [range('introduced 0', 'fixed !')] });
    expect(told(findingsOf(openssl, [osv, unreadable]))).toEqual(['CVE-2024-0001 affected not-fixed']);
  });

  it('does not speak through a bundle, which may mean another package', () => {
    const bundle = input({
      feed: 'debian-tracker',
      isVendors: true,
      vulnerabilities: ['CVE-2024-0001', 'CVE-2024-0002'],
      ranges: [range('introduced 0', 'fixed 1.0-1')],
    });
    expect(told(findingsOf(openssl, [osv, bundle]))).toEqual(['CVE-2024-0001 affected not-fixed']);
  });
});

describe('a record that does not speak of this build says nothing', () => {
  const modular = '1:18.20.2-1.module+el8.9.0+21767+537f34ee';

  it.each<[string, { module: string | undefined; version: string; stream: string | undefined; count: number }]>([
    ['of its stream', { module: 'nodejs:18', version: modular, stream: 'nodejs:18', count: 1 }],
    ['of another stream', { module: 'nodejs:18', version: modular, stream: 'nodejs:20', count: 0 }],
    ['of no stream, for a package of one', { module: 'nodejs:18', version: modular, stream: '', count: 0 }],
    [
      'of a stream, for a package of none',
      { module: undefined, version: '1:16.20.2-1.el9', stream: 'nodejs:18', count: 0 },
    ],
    ['of no stream, for a package of none', { module: undefined, version: '1:16.20.2-1.el9', stream: '', count: 1 }],
    ['that does not say which', { module: 'nodejs:18', version: modular, stream: undefined, count: 1 }],
    [
      'of a stream, for a modular package whose database does not say which (Oracle)',
      { module: undefined, version: modular, stream: 'nodejs:18', count: 1 },
    ],
  ])('%s (trap 7)', (_, { module, version, stream, count }) => {
    const pkg = rpm('Red Hat:enterprise_linux:8', version, module === undefined ? {} : { module });
    const record = input({
      ecosystem: 'Red Hat:enterprise_linux:8',
      name: 'nodejs',
      ranges: everything,
      word: stream === undefined ? {} : { module: stream },
    });
    expect(findingsOf(pkg, [record])).toHaveLength(count);
  });

  it.each<[string | undefined, readonly string[], number]>([
    ['x86_64', ['x86_64', 'aarch64'], 1],
    ['aarch64', ['x86_64'], 0],
    ['amd64', ['x86_64'], 1],
    ['i686', ['i386'], 1],
    ['noarch', ['x86_64'], 1],
    ['x86_64', ['noarch'], 1],
    ['x86_64', [], 1],
    [undefined, ['x86_64'], 1],
  ])('package %s, record %j (trap 9)', (architecture, architectures, count) => {
    const pkg = rpm('Oracle Linux:9', '1-1.el9', architecture === undefined ? {} : { architecture });
    const record = input({
      ecosystem: 'Oracle Linux:9',
      name: 'nodejs',
      ranges: everything,
      word: { architectures: [...architectures] },
    });
    expect(findingsOf(pkg, [record])).toHaveLength(count);
  });

  it.each([
    ['2:2.34-60.0.1.el9', '2:2.34-60.0.2.el9', 1],
    ['2:2.34-60.0.1.el9', '2:2.34-60.0.3.ksplice1.el9', 0],
    ['2:2.34-60.0.1.ksplice1.el9', '2:2.34-60.0.3.ksplice2.el9', 1],
    ['2:2.34-60.0.1.ksplice1.el9', '2:2.34-60.0.2.el9', 0],
    ['10:3.6.16-4.el8', '10:3.6.16-4.0.1.el8_fips', 0],
    ['10:3.6.16-4.el8_fips', '10:3.6.16-4.0.1.el8_fips', 1],
  ])("Oracle's %s and a fix in %s (trap 11)", (version, fixed, count) => {
    const record = input({
      ecosystem: 'Oracle Linux:9',
      name: 'nodejs',
      ranges: [range('introduced 0', `fixed ${fixed}`)],
    });
    expect(findingsOf(rpm('Oracle Linux:9', version), [record])).toHaveLength(count);
  });
});

describe('what else looks affected and is not the same', () => {
  it('compares no epoch where the source does not state its own (trap 13)', () => {
    const pkg = rpm('Azure Linux:3', '1.34-500.azl3', { source: { name: 'perl', version: '5.38.2-503.azl3' } });
    const record = (fixed: string) =>
      input({ ecosystem: 'Azure Linux:3', name: 'perl', ranges: [range('introduced 0', `fixed ${fixed}`)] });
    expect(findingsOf(pkg, [record('4:5.38.2-503.azl3')])).toEqual([]);
    expect(told(findingsOf(pkg, [record('4:5.38.2-504.azl3')]))).toEqual([
      'CVE-2024-0001 affected fixed 4:5.38.2-504.azl3',
    ]);
  });

  it('names where the fix of an Ubuntu package is when only subscribers get it (trap 37)', () => {
    const pkg = { ...debianPackage('vlc', '3.0.9-1'), ecosystem: 'Ubuntu:20.04:LTS' };
    const base = input({ ecosystem: 'Ubuntu:20.04:LTS', name: 'vlc', ranges: everything });
    const pro = input({
      ecosystem: 'Ubuntu:Pro:20.04:LTS',
      name: 'vlc',
      ranges: [range('introduced 0', 'fixed 3.0.9-1+esm1')],
    });
    expect(findingsOf(pkg, [base, pro])).toMatchObject([
      { fixState: 'fixed', fixedIn: '3.0.9-1+esm1', fixChannel: 'Ubuntu Pro' },
    ]);
    const fixedForAll = input({
      ecosystem: 'Ubuntu:20.04:LTS',
      name: 'vlc',
      ranges: [range('introduced 0', 'fixed 3.0.9-2')],
    });
    const [finding] = findingsOf(pkg, [fixedForAll, pro]);
    expect([finding?.fixedIn, finding?.fixChannel]).toEqual(['3.0.9-2', undefined]);
    const subscriber = { ...debianPackage('vlc', '3.0.9-1+esm1'), ecosystem: 'Ubuntu:Pro:20.04:LTS' };
    expect(findingsOf(subscriber, [base, pro])).toEqual([]);
  });

  it('keeps the headers of a kernel apart from the kernel (trap 29)', () => {
    const source = { name: 'linux', version: '6.1.1-1' };
    const record = input({
      name: 'linux',
      ranges: everything,
      severities: [{ source: 'x', kind: 'word', value: 'high' }],
    });
    expect(findingsOf(debianPackage('linux-libc-dev', '6.1.1-1', source), [record])).toMatchObject([
      { severity: 'negligible', headersOnly: true, verdict: 'affected' },
    ]);
    const [kernel] = findingsOf(debianPackage('linux-image-amd64', '6.1.1-1', source), [record]);
    expect([kernel?.severity, kernel?.headersOnly]).toEqual(['high', undefined]);
  });

  it('takes malware for what it is, whatever its severity', () => {
    const pkg = npmPackage('evil', '1.0.0');
    const record = { ecosystem: 'npm', name: 'evil', ranges: [semverRange('introduced 0')] };
    expect(findingsOf(pkg, [input({ ...record, id: 'MAL-2025-1' })])).toMatchObject([
      { malicious: true, severity: 'critical' },
    ]);
    expect(findingsOf(pkg, [input({ ...record, id: 'GHSA-1' })])[0]?.malicious).toBeUndefined();
  });
});

describe('a line of extended support (trap 8)', () => {
  const below = (fixed: string) => [range('introduced 0', `fixed ${fixed}`)];
  const id = 'CVE-2024-1000';
  const mainline = input({
    id,
    ecosystem: 'Red Hat:enterprise_linux:9::appstream',
    name: 'nodejs',
    ranges: below('1-9.el9_4'),
    isVendors: true,
  });
  /** An erratum of the line, which names a second vulnerability. */
  const erratum = (fixed: string) =>
    input({
      id: 'RHSA-1',
      ecosystem: 'Red Hat:rhel_eus:9.2::appstream',
      name: 'nodejs',
      ranges: below(fixed),
      vulnerabilities: [id, 'CVE-2024-2000'],
    });
  const eus = rpm('Red Hat:rhel_eus:9.2', '1-3.el9_2.1');

  it('is judged by its own fix, which has a lower number', () => {
    expect(findingsOf(eus, [mainline, erratum('1-3.el9_2.1')])).toEqual([]);
    const open = findingsOf(eus, [mainline, erratum('1-3.el9_2.2')]);
    expect(open.map(({ vulnerability, fixedIn }) => [vulnerability.id, fixedIn])).toEqual([
      [id, '1-3.el9_2.2'],
      ['CVE-2024-2000', '1-3.el9_2.2'],
    ]);
  });

  it('is judged by the mainline where nothing of its own is said, or nothing that can be compared', () => {
    for (const others of [[], [erratum('!')]])
      expect(findingsOf(eus, [mainline, ...others])).toContainEqual(expect.objectContaining({ fixedIn: '1-9.el9_4' }));
  });

  it('says nothing about a build that names no minor release, or another one, where the image does not follow it', () => {
    for (const version of ['1-3.el9', '1-3.el9_1.1'])
      expect(findingsOf(rpm('Red Hat:enterprise_linux:9', version), [mainline, erratum('1-3.el9_2.1')])).toEqual([
        expect.objectContaining({ fixedIn: '1-9.el9_4' }),
      ]);
  });

  describe('of a build for its minor release, in an image that does not say what it follows', () => {
    const build = (version: string) => rpm('Red Hat:enterprise_linux:9', version);
    const mainline = input({
      id: 'RHSA-2',
      ecosystem: 'Red Hat:enterprise_linux:9::baseos',
      name: 'nodejs',
      ranges: below('1-9.el9_4'),
      vulnerabilities: [id],
    });
    const inLine = (line: string, fixed: string) =>
      input({
        id: `RHSA-${line}`,
        ecosystem: `Red Hat:rhel_${line}:9.2::baseos`,
        name: 'nodejs',
        ranges: below(fixed),
        vulnerabilities: [id],
      });

    it.each(['eus', 'e4s', 'tus', 'aus'])('clears what has its fix: %s', (line) => {
      expect(findingsOf(build('1-3.el9_2.1'), [mainline, inLine(line, '1-3.el9_2.1')])).toEqual([]);
    });

    it('finds what has it not, and names the fix that the image gets by itself', () => {
      const [finding, ...more] = findingsOf(build('1-3.el9_2'), [mainline, inLine('eus', '1-3.el9_2.1')]);
      expect(more).toEqual([]);
      expect([finding?.fixedIn, finding?.fixChannel]).toEqual(['1-9.el9_4', undefined]);
    });

    it('says where the fix is when there is none in the mainline', () => {
      const unfixed = input({
        id,
        ecosystem: 'Red Hat:enterprise_linux:9',
        name: 'nodejs',
        ranges: everything,
        word: { status: 'wont-fix', module: '' },
      });
      expect(findingsOf(build('1-3.el9_2'), [unfixed, inLine('e4s', '1-3.el9_2.1')])).toMatchObject([
        { verdict: 'affected', fixState: 'fixed', fixedIn: '1-3.el9_2.1', fixChannel: 'Red Hat E4S 9.2' },
      ]);
      expect(findingsOf(build('1-3.el9_2.1'), [unfixed, inLine('e4s', '1-3.el9_2.1')])).toEqual([]);
    });

    it('is not decided where its number is above the fix of a later minor release and nothing is said of its own', () => {
      const later = input({ id, ecosystem: 'Red Hat:enterprise_linux:9', name: 'nodejs', ranges: below('1-9.el9_4') });
      const [finding] = findingsOf(build('1-10.el9_2'), [later]);
      expect(finding).toMatchObject({
        verdict: 'undetermined',
        reason: expect.stringContaining('1-9.el9_4') as string,
      });
      // The line’s own word decides, either way.
      expect(findingsOf(build('1-10.el9_2'), [later, inLine('eus', '1-10.el9_2')])).toEqual([]);
      expect(findingsOf(build('1-10.el9_2'), [later, inLine('eus', '1-11.el9_2')])).toMatchObject([
        { verdict: 'affected', fixedIn: '1-11.el9_2', fixChannel: 'Red Hat EUS 9.2' },
      ]);
    });

    it.each([
      ['a fix of an earlier minor release', '1-9.el9_1'],
      ['a fix that names no minor release', '1-9.el9'],
      ['another version from upstream', '0.9-99.el9_4'],
    ])('is cleared by %s', (_, fixed) => {
      const record = input({ id, ecosystem: 'Red Hat:enterprise_linux:9', name: 'nodejs', ranges: below(fixed) });
      expect(findingsOf(build('1-10.el9_2'), [record])).toEqual([]);
    });

    it('of a module too, whose builds name it otherwise', () => {
      const of = (fixed: string, ecosystem: string) =>
        input({ id, ecosystem, name: 'nodejs', ranges: below(fixed), word: { module: 'nodejs:18' } });
      const records = [
        of('1-4.module+el9.4.0+22+bb', 'Red Hat:enterprise_linux:9::appstream'),
        of('1-3.module+el9.2.0.z+21+aa', 'Red Hat:rhel_eus:9.2::appstream'),
      ];
      const pkg = (version: string) => ({ ...build(version), module: 'nodejs:18' });
      expect(findingsOf(pkg('1-3.module+el9.2.0.z+21+aa'), records)).toEqual([]);
      expect(findingsOf(pkg('1-2.module+el9.2.0+20+aa'), records)).toHaveLength(1);
    });
  });
});

describe('errata of Enterprise Linux that fix one vulnerability in two minor releases (ALSA-2023:2074 and ALSA-2023:2626)', () => {
  const id = 'CVE-2023-28617';
  const erratum = (advisory: string, fixed: string, ...others: string[]) =>
    input({
      id: advisory,
      ecosystem: 'AlmaLinux:9',
      name: 'nodejs',
      ranges: [range('introduced 0', `fixed ${fixed}`)],
      vulnerabilities: [id, ...others],
      isVendors: true,
    });
  const errata = [
    erratum('ALSA-2023:2074', '1:27.2-6.el9_1.1'),
    erratum('ALSA-2023:2626', '1:27.2-8.el9_2.1', 'CVE-2023-2491'),
  ];
  const isFound = (version: string, records = errata): boolean =>
    findingsOf(rpm('AlmaLinux:9', version), records).some(({ vulnerability }) => vulnerability.id === id);

  it.each([
    ['the first release of the second, which lacks the fix of the first', '1:27.2-8.el9', true],
    ['the fix in the first, though the second has a higher number', '1:27.2-6.el9_1.1', false],
    ['the fix in the second', '1:27.2-8.el9_2.1', false],
    ['a build before either', '1:27.2-5.el9', true],
    ['a build of a minor release that has no erratum', '1:27.2-7.el9_0.3', true],
  ])('%s', (_, version, expected) => {
    expect(isFound(version)).toBe(expected);
  });

  it('modular builds say nothing of one that is not modular, where no stream is told (ALSA-2026:0247)', () => {
    const modular = erratum('ALSA-2026:0247', '3:10.11.15-1.module_el9.7.0+199+a988ea01', 'CVE-2025-21490');
    expect(isFound('3:10.5.29-3.el9', [modular])).toBe(false);
    expect(isFound('3:10.11.10-1.module_el9.6.0+100+aaaaaaaa', [modular])).toBe(true);
  });
});

describe('an erratum that AlmaLinux wrote before there was a fix of Red Hat (ALSA-2025:A005, then ALSA-2025:9327)', () => {
  const id = 'CVE-2025-6019';
  const erratum = (advisory: string, fixed: string) =>
    input({
      id: advisory,
      ecosystem: 'AlmaLinux:9',
      name: 'nodejs',
      ranges: [range('introduced 0', `fixed ${fixed}`)],
      vulnerabilities: [id],
      isVendors: true,
    });
  const isFound = (version: string, records: readonly AdvisoryMatchInput[]): boolean =>
    findingsOf(rpm('AlmaLinux:9', version), records).length > 0;

  it.each([
    ['the build it names has the fix, though the later erratum has a higher one', '2.28-13.el9_6.alma.1', false],
    ['so has the next of the same base', '2.28-13.el9_6.alma.2', false],
    ['the base has not', '2.28-13.el9_6', true],
    ['nor has one of another base, of which only the later erratum knows', '2.28-13.1.el9_6', true],
    ['the later fix is one too', '2.28-14.el9_6', false],
  ])('%s', (_, version, expected) => {
    const errata = [erratum('ALSA-2025:A005', '2.28-13.el9_6.alma.1'), erratum('ALSA-2025:9327', '2.28-14.el9_6')];
    expect(isFound(version, errata)).toBe(expected);
  });

  it.each([
    ['5.14.0-611.54.3.el9_7', false],
    ['5.14.0-611.54.6.el9_7', false],
    ['5.14.0-611.54.1.el9_7', true],
  ])('of a kernel, which counts in its release: %s (ALSA-2026:A005, then ALSA-2026:16206)', (version, expected) => {
    const errata = [
      erratum('ALSA-2026:A005', '5.14.0-611.54.3.el9_7'),
      erratum('ALSA-2026:16206', '5.14.0-611.55.1.el9_7'),
    ];
    expect(isFound(version, errata)).toBe(expected);
  });

  it('is no other erratum whose builds have the suffix: two fixes of Red Hat stay two', () => {
    const errata = [
      erratum('ALSA-2026:26297', '3.21.2-6.el9_8.4.alma.1'),
      erratum('ALSA-2026:40831', '3.21.2-6.el9_8.5.alma.1'),
    ];
    expect(isFound('3.21.2-6.el9_8.4.alma.1', errata)).toBe(true);
  });
});
