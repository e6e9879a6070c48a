import { documentFaults } from '@tidewaiter/testing';
import { empty, judged, tool, vouched } from '../spec-subjects';
import { openvex } from './openvex';

interface Vex {
  '@id': string;
  timestamp: string;
  tooling: string;
  statements: Record<string, unknown>[];
}

function vexOf(subjects = [judged]): Vex {
  return openvex.document(subjects, { tool }) as Vex;
}

describe('openvex', () => {
  it('has what the specification requires of a document', () => {
    expect(vexOf()).toMatchObject({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': expect.stringMatching(/^https:\/\/openvex\.dev\/docs\/public\/vex-[0-9a-f]{64}$/),
      author: 'tidewaiter',
      timestamp: '2024-05-06T07:08:09Z',
      version: 1,
    });
  });

  it('says of the image that a package in it is affected, and what to do', () => {
    const purl = 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12';
    expect(vexOf().statements[0]).toEqual({
      vulnerability: {
        '@id': 'https://nvd.nist.gov/vuln/detail/CVE-2023-5363',
        name: 'CVE-2023-5363',
        description: 'Incorrect cipher key & IV length processing',
        aliases: ['DSA-5532-1', 'GHSA-xxxx'],
      },
      products: [
        {
          '@id': expect.stringMatching(/^pkg:oci\/app@sha256:1{64}\?/),
          identifiers: { purl: expect.stringMatching(/^pkg:oci\/app@/) },
          hashes: { 'sha-256': '1'.repeat(64) },
          subcomponents: [{ '@id': purl, identifiers: { purl } }],
        },
      ],
      status: 'affected',
      status_notes: 'Judged: openssl 3.0.11-1~deb12u2 (source) of Debian:12 in >= 0, < 3.0.13-1~deb12u1, order dpkg.',
      action_statement: 'Update libssl3 to a build of openssl 3.0.13-1~deb12u1 or later.',
    });
  });

  it('has what could not be judged under investigation, with the reason', () => {
    expect(vexOf().statements[1]).toMatchObject({
      status: 'under_investigation',
      status_notes: expect.stringContaining('the advisory names no version'),
    });
    expect(vexOf().statements[1]).not.toHaveProperty('action_statement');
  });

  it('says in "tooling" that a reading was partial', () => {
    expect(vexOf().tooling).toContain('incomplete');
    const { inventory, report } = judged;
    const complete = { ...judged, inventory: { ...inventory, complete: true }, report: { ...report, complete: true } };
    expect(vexOf([complete as typeof judged]).tooling).toBe('tidewaiter 1.2.3');
  });

  it('says again what somebody vouches for, and who', () => {
    const notes =
      'not affected, vulnerable code not in execute path: No cipher of that kind is used. By Acme (acme.json)';
    const [, statement] = vexOf([vouched()]).statements;
    expect(statement).toMatchObject({
      vulnerability: { name: 'CVE-2023-5363' },
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
      status_notes: notes,
      timestamp: '2026-02-03T04:05:06Z',
    });
    expect(statement).not.toHaveProperty('action_statement');
    const fixed = vexOf([vouched({ status: 'fixed' })]);
    expect(fixed.statements[1]).toMatchObject({ status: 'fixed' });
    const other = vexOf([vouched({ justification: 'requires_environment' })]);
    for (const document of [vexOf([vouched()]), fixed, other]) expect(documentFaults('openvex', document)).toEqual([]);
  });

  it('is as the specification and its schema have it', () => {
    expect(documentFaults('openvex', vexOf())).toEqual([]);
    expect(documentFaults('openvex', { ...vexOf(), statements: [] })).not.toEqual([]);
  });

  it('is no document where nothing was found: the schema wants a statement', () => {
    expect(vexOf([empty])).toBeUndefined();
  });

  it('gives what has no digest an id of its own', () => {
    const local = { ...judged, repository: undefined, inventory: { ...judged.inventory, image: {} } };
    const [statement] = vexOf([local]).statements;
    expect(statement?.products).toMatchObject([{ '@id': expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-/) }]);
  });
});
