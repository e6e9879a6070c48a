import { extendedLineOf, filedUnder, minorOfBuild, productOf } from './red-hat-products';

const ubi = { id: 'rhel', versionId: '9.2' };
const openssl = { name: 'openssl', version: '1:3.0.7-16.el9_2' };
const crio = { name: 'cri-o', version: '0:1.26.3-3.rhaos4.13.gitd3e5d2c.el9' };

describe('the product of a package of Red Hat’s', () => {
  it('is the system', () => {
    expect(productOf(ubi, openssl)).toBe('enterprise_linux:9');
    expect(productOf({ id: 'rhel' }, openssl)).toBeUndefined();
  });

  it('is the minor release of extended support that the image follows, whose fixes have lower numbers (trap 8)', () => {
    const product = productOf({ ...ubi, support: ['eus'] }, openssl);
    expect(product).toBe('rhel_eus:9.2');
    const asked = filedUnder(product ?? '');
    // Names as the records of OSV have them.
    expect(asked.slice(0, 4)).toEqual([
      'rhel_eus:9.2',
      'rhel_eus:9.2::baseos',
      'rhel_eus:9.2::appstream',
      'rhel_eus:9.2::crb',
    ]);
    // What is not fixed there is known of the usual line only.
    expect(asked).toContain('enterprise_linux:9::baseos');
    expect(asked.filter((each) => /rhel_(?!eus:9\.2)/.test(each))).toEqual([]);
  });

  it('from 10 on has the system’s name in extended support too, and no repositories', () => {
    const product = productOf({ id: 'rhel', versionId: '10.0', support: ['eus'] }, openssl);
    expect(product).toBe('enterprise_linux_eus:10.0');
    expect(filedUnder(product ?? '').slice(0, 3)).toEqual([
      'enterprise_linux_eus:10.0',
      'enterprise_linux:10',
      'enterprise_linux:10.0',
    ]);
  });

  it('of a build for a minor release may be one of its lines of extended support, whatever the image says (trap 8)', () => {
    const asked = filedUnder('enterprise_linux:9', openssl);
    expect(asked.slice(0, 2)).toEqual(['enterprise_linux:9', 'enterprise_linux:9::baseos']);
    // Names as the records of OSV have them.
    for (const name of [
      'rhel_eus:9.2::baseos',
      'rhel_eus:9.2::crb',
      'rhel_e4s:9.2::appstream',
      'rhel_e4s:9.2::sap_hana',
      'rhel_tus:9.2::realtime',
      'rhel_aus:9.2::baseos',
    ])
      expect(asked).toContain(name);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.filter((each) => /:9\.(?!2)/.test(each))).toEqual([]);
    expect(filedUnder('enterprise_linux:7', { version: '0:15-8.el7_6' })).toEqual([
      ...filedUnder('enterprise_linux:7'),
      'rhel_eus:7.6',
      'rhel_eus:7.6::server',
      'rhel_eus:7.6::computenode',
      ...['e4s', 'tus', 'aus'].flatMap((line) => [`rhel_${line}:7.6`, `rhel_${line}:7.6::server`]),
    ]);
    expect(filedUnder('enterprise_linux:10', { version: '1-1.el10_1' })).toContain('enterprise_linux_eus:10.1');
  });

  it.each(['3.0.7-24.el9', '1-1.el8_6', '1-1.fc40'])('of the build %s is none of them', (version) => {
    expect(filedUnder('enterprise_linux:9', { version })).toEqual(filedUnder('enterprise_linux:9'));
  });

  it('of an image that does not say its minor release is the system, whatever it follows', () => {
    expect(productOf({ id: 'rhel', versionId: '9', support: ['eus'] }, openssl)).toBe('enterprise_linux:9');
  });

  it('is the OpenShift that its version names, and records may name less of it (trap 10)', () => {
    expect(productOf(ubi, crio)).toBe('openshift:4.13::el9');
    expect(filedUnder('openshift:4.13::el9')).toEqual([
      'openshift:4.13::el9',
      'openshift:4.13',
      'openshift:4::el9',
      'openshift:4',
    ]);
  });

  it('of 7 may be in a collection, in extras or under extended support', () => {
    expect(filedUnder('enterprise_linux:7')).toEqual([
      'enterprise_linux:7',
      'enterprise_linux:7::server',
      'enterprise_linux:7::client',
      'enterprise_linux:7::workstation',
      'enterprise_linux:7::computenode',
      'enterprise_linux:7::fastdatapath',
      'rhel_extras:7',
      'rhel_els:7',
      'rhel_software_collections:1::el7',
      'rhel_software_collections:2::el7',
      'rhel_software_collections:3::el7',
    ]);
  });

  it('is itself alone where the product has no number', () => {
    expect(filedUnder('convert2rhel::el8')).toEqual(['convert2rhel::el8']);
    expect(filedUnder('')).toEqual(['']);
  });
});

describe('the minor release of a build', () => {
  it.each([
    ['1:3.0.7-17.el9_2', '9.2'],
    ['1:27.2-6.el9_1.1', '9.1'],
    ['1:16.20.2-4.module+el9.2.0.z+21341+bb3ef8bc', '9.2'],
    ['3:10.11.15-1.module_el8.6.0+199+a988ea01', '8.6'],
    ['1:3.0.7-24.el9', undefined],
    ['5.1.8-9.el9.x86_2', undefined],
  ])('of %s is %s', (version, minor) => {
    expect(minorOfBuild(version)).toBe(minor);
  });
});

describe('the line of extended support that an ecosystem is', () => {
  it.each([
    ['Red Hat:rhel_eus:9.2::baseos', { line: 'EUS', minor: '9.2' }],
    ['Red Hat:rhel_aus:8.6', { line: 'AUS', minor: '8.6' }],
    ['Red Hat:enterprise_linux_eus:10.0', { line: 'EUS', minor: '10.0' }],
    ['Red Hat:enterprise_linux:10.0', undefined],
    ['Red Hat:rhel_els:7', undefined],
    ['AlmaLinux:9', undefined],
  ])('of %s is %j', (ecosystem, line) => {
    expect(extendedLineOf(ecosystem)).toEqual(line);
  });
});
