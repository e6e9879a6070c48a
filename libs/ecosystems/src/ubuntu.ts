import { dpkg } from '@tidewaiter/versions';
import { distroPackage, ecosystemWithRelease, keysFor, sourceName } from './distro';
import type { Ecosystem } from './ecosystem';

/** Like Debian by source package. OSV marks long-term releases (`Ubuntu:22.04:LTS`), some records leave the mark out. */
export const ubuntu: Ecosystem = {
  id: 'ubuntu',
  advisoryEcosystem: 'Ubuntu',
  purlType: 'deb',
  scheme: dpkg,
  extractors: ['dpkg'],
  distro: 'ubuntu',
  needsRelease: true,
  layering: 'newest-database-wins',
  identify: (extracted, release) => {
    const version = /^\d+\.\d+/.exec(release?.versionId ?? '')?.[0];
    return distroPackage({
      extracted,
      ecosystem: ecosystemWithRelease('Ubuntu', version === undefined ? undefined : withSupportMark(version)),
      purlType: 'deb',
      purlNamespace: 'ubuntu',
      distroQualifier: version === undefined ? undefined : `ubuntu-${version}`,
    });
  },
  lookupKeys: (pkg) => keysFor(ecosystemsOf(pkg.ecosystem), [sourceName(pkg)]),
};

const allReleases = ['14.04', '16.04', '18.04', '20.04', '22.04', '24.04', '24.10', '25.04', '25.10', '26.04', '26.10'];

function ecosystemsOf(ecosystem: string): readonly string[] {
  if (ecosystem === 'Ubuntu')
    return allReleases.flatMap((version) => ecosystemsOf(`Ubuntu:${withSupportMark(version)}`));
  return ecosystem.endsWith(':LTS') ? [ecosystem, ecosystem.slice(0, -':LTS'.length)] : [ecosystem];
}

/** The April releases of even years are supported long-term. */
function withSupportMark(version: string): string {
  const [year = '', month = ''] = version.split('.');
  return month === '04' && Number(year) % 2 === 0 ? `${version}:LTS` : version;
}
