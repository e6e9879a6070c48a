import { file, type LayerFile } from './layer-file';

export interface DistroPackage {
  readonly name: string;
  readonly version: string;
  /** The source package, when it has another name. */
  readonly source?: string;
}

/** A stanza of dpkg's database: https://manpages.debian.org/dpkg-query */
function dpkgStanza({ name, version, source }: DistroPackage, withStatus: boolean): string {
  return [
    `Package: ${name}`,
    ...(withStatus ? ['Status: install ok installed'] : []),
    'Architecture: amd64',
    ...(source === undefined ? [] : [`Source: ${source}`]),
    `Version: ${version}`,
    'Maintainer: Sample <sample@example.com>',
    `Description: ${name}`,
    '',
  ].join('\n');
}

export function dpkgStatus(packages: readonly DistroPackage[]): LayerFile {
  return file('var/lib/dpkg/status', packages.map((pkg) => dpkgStanza(pkg, true)).join('\n'));
}

/** Distroless images keep one file a package and no Status field. */
export function dpkgStatusDirectory(packages: readonly DistroPackage[]): readonly LayerFile[] {
  return packages.map((pkg) => file(`var/lib/dpkg/status.d/${pkg.name}`, dpkgStanza(pkg, false)));
}

/** apk's database: https://wiki.alpinelinux.org/wiki/Apk_spec */
export function apkInstalled(architecture: string, packages: readonly DistroPackage[]): LayerFile {
  const records = packages.map(({ name, version, source }) =>
    [`P:${name}`, `V:${version}`, `A:${architecture}`, `o:${source ?? name}`, ''].join('\n'),
  );
  return file('lib/apk/db/installed', `${records.join('\n')}\n`);
}

export function debianRelease(): readonly LayerFile[] {
  return [
    file(
      'usr/lib/os-release',
      'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    ),
    file(
      'etc/os-release',
      'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    ),
  ];
}

export function alpineRelease(): LayerFile {
  return file('etc/os-release', 'ID=alpine\nVERSION_ID=3.18.3\nPRETTY_NAME="Alpine Linux v3.18"\n');
}

export function nodeModule(root: string, name: string, version: string): LayerFile {
  return file(`${root}/node_modules/${name}/package.json`, `${JSON.stringify({ name, version }, null, 2)}\n`);
}
