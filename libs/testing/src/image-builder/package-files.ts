import type { TarItem } from './tar-writer';

/** What package managers leave behind, as entries of a layer. */
export const bookworm: TarItem = { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' };
export const alpine320: TarItem = { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.3\n' };

/** `a=1 b=2` as a dpkg status file. */
export function dpkgStatus(packages: string, maintainer = 'Team <team@lists.debian.org>'): string {
  return words(packages)
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nMaintainer: ${maintainer}\nArchitecture: amd64\nVersion: ${version}\n\n`,
    )
    .join('');
}

export function apkInstalled(packages: string): string {
  return words(packages)
    .map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\no:${name}\n\n`)
    .join('');
}

export function dpkg(packages: string, path = 'var/lib/dpkg/status'): TarItem {
  return { path, content: dpkgStatus(packages) };
}

export function npmPackage(
  directory: string,
  version = '1.0.0',
  name = directory.slice(directory.lastIndexOf('/') + 1),
): TarItem {
  return { path: `${directory}/package.json`, content: JSON.stringify({ name, version }) };
}

function words(text: string): [string, string][] {
  return text.split(' ').map((word) => {
    const [name = '', version = ''] = word.split('=');
    return [name, version];
  });
}
