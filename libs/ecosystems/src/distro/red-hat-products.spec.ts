import { filedUnder, productOf } from './red-hat-products';

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
});
