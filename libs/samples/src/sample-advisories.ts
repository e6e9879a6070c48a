const modified = '2026-01-01T00:00:00Z';

/**
 * A few advisories about the packages of the sample images, in OSV form (https://ossf.github.io/osv-schema/), so that a
 * first start without a network shows findings. Ids, ranges and vectors are public facts; this is no substitute for a feed.
 */
export const sampleAdvisories = [
  distro(
    'CVE-2023-4911',
    'Buffer overflow in the dynamic loader (Looney Tunables)',
    'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
    [['Debian:12', 'glibc', '2.36-9+deb12u3']],
  ),
  distro(
    'CVE-2023-38545',
    'Heap overflow in the SOCKS5 handshake of curl',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    [['Debian:12', 'curl', '7.88.1-10+deb12u4']],
  ),
  distro('CVE-2023-5363', 'OpenSSL mishandles key and IV lengths', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', [
    ['Debian:12', 'openssl', '3.0.11-1~deb12u2'],
    ['Alpine:v3.18', 'openssl', '3.1.4-r0'],
  ]),
  distro('CVE-2023-45853', 'Integer overflow in the zip code of zlib', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', [
    ['Debian:12', 'zlib', undefined],
  ]),
  npm('GHSA-35jh-r3h4-6jhm', {
    alias: 'CVE-2021-23337',
    summary: 'Command injection through the template function of lodash',
    vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
    name: 'lodash',
    fixed: '4.17.21',
  }),
  npm('GHSA-xvch-5gv4-984h', {
    alias: 'CVE-2021-44906',
    summary: 'Prototype pollution in minimist',
    vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    name: 'minimist',
    fixed: '1.2.6',
    introduced: '1.0.0',
  }),
] as const;

type Affected = readonly [ecosystem: string, name: string, fixed: string | undefined];

function distro(id: string, summary: string, vector: string, affected: readonly Affected[]) {
  return {
    schema_version: '1.6.0',
    id,
    modified,
    summary,
    severity: [{ type: 'CVSS_V3', score: vector }],
    affected: affected.map(([ecosystem, name, fixed]) => ({
      package: { ecosystem, name },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])] }],
    })),
  };
}

interface NpmAdvisory {
  readonly alias: string;
  readonly summary: string;
  readonly vector: string;
  readonly name: string;
  readonly fixed: string;
  readonly introduced?: string;
}

function npm(id: string, { alias, summary, vector, name, fixed, introduced = '0' }: NpmAdvisory) {
  return {
    schema_version: '1.6.0',
    id,
    modified,
    aliases: [alias],
    summary,
    severity: [{ type: 'CVSS_V3', score: vector }],
    affected: [
      { package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced }, { fixed }] }] },
    ],
  };
}
