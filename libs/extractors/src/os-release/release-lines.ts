import type { Release } from '@tidewaiter/contracts';

/** How distributions call themselves in files of one line, and the ID they have in os-release. Longer names first. */
const idOfName: readonly (readonly [string, string])[] = [
  ['red hat enterprise linux', 'rhel'],
  ['oracle linux', 'ol'],
  ['enterprise linux enterprise linux', 'ol'],
  ['amazon linux', 'amzn'],
  ['rocky linux', 'rocky'],
  ['almalinux', 'almalinux'],
  ['centos', 'centos'],
  ['fedora', 'fedora'],
  ['scientific linux', 'scientific'],
  ['mageia', 'mageia'],
  ['openeuler', 'openeuler'],
  ['vmware photon', 'photon'],
  ['cbl-mariner', 'mariner'],
  ['microsoft azure linux', 'azurelinux'],
  ['suse linux enterprise', 'sles'],
  ['opensuse', 'opensuse'],
];

const lineLimit = 256;

/** `CentOS Linux release 7.9.2009 (Core)`, `Amazon Linux AMI release 2018.03`, `VMware Photon OS 5.0`. */
export function readNamedRelease(text: string): Release | undefined {
  const line = firstLine(text);
  const name = line.toLowerCase();
  const id = idOfName.find(([start]) => name.startsWith(start))?.[1];
  if (id === undefined) return undefined;
  const versionId = /\s(\d[\d.]*\d|\d)(?=\s|$)/.exec(line)?.[1];
  return { id, ...(versionId === undefined ? {} : { versionId }), prettyName: line };
}

/** The service pack has a line of its own: `SUSE Linux Enterprise Server 11 (x86_64)`, `VERSION = 11`, `PATCHLEVEL = 4`. */
export function readSuseRelease(text: string): Release | undefined {
  const named = readNamedRelease(text);
  const version = /^VERSION\s?=\s?(\d[\d.]{0,15})\s?$/m.exec(text)?.[1];
  if (named === undefined || version === undefined) return named;
  const patchLevel = /^PATCHLEVEL\s?=\s?(\d{1,3})\s?$/m.exec(text)?.[1];
  const { id } = named;
  if (patchLevel === undefined || version.includes('.')) return { id, versionId: version };
  return { id, versionId: patchLevel === '0' ? version : `${version}.${patchLevel}` };
}

const idOfCpe: ReadonlyMap<string, string> = new Map([
  ['redhat:enterprise_linux', 'rhel'],
  ['centos:linux', 'centos'],
  ['centos:centos', 'centos'],
  ['oracle:linux', 'ol'],
  ['oracle:oracle_linux', 'ol'],
  ['amazon:linux', 'amzn'],
  ['amazon:amazon_linux', 'amzn'],
  ['fedoraproject:fedora', 'fedora'],
  ['rocky:rocky', 'rocky'],
  ['rocky:rocky_linux', 'rocky'],
  ['almalinux:almalinux', 'almalinux'],
  ['scientificlinux:scientificlinux', 'scientific'],
]);

/** `cpe:/o:centos:linux:6:GA`, `cpe:/o:redhat:enterprise_linux:6server:ga:server`, `cpe:2.3:o:amazon:amazon_linux:2`. */
export function readCpe(text: string): Release | undefined {
  const fields = firstLine(text)
    .replace(/^cpe:(?:2\.3:|\/)o:/, '')
    .split(':');
  const id = idOfCpe.get(`${fields[0]}:${fields[1]}`);
  if (id === undefined) return undefined;
  const versionId = /^\d+(?:\.\d+)*/.exec(fields[2] ?? '')?.[0];
  return { id, ...(versionId === undefined ? {} : { versionId }) };
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, lineLimit).trim();
}
