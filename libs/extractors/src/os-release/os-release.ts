import type { Release } from '@tidewaiter/contracts';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { readRepositories } from './apk-repositories';
import { parseAssignments } from './assignments';
import { readCpe, readNamedRelease, readSuseRelease } from './release-lines';
import { readSupport } from './ubuntu-support';

const maxBytes = 1024 * 1024;

type Reader = (text: string) => Release | undefined;

/** Every place that says what an image is. Which of them counts is decided in the merged image. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['etc/os-release', readOsRelease],
  ['usr/lib/os-release', readOsRelease],
  ['x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release', readOsRelease],
  ['aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release', readOsRelease],
  ['etc/lsb-release', readLsbRelease],
  ['etc/openwrt_release', readLsbRelease],
  ['etc/alpine-release', (text) => numbered('alpine', text)],
  ['etc/apk/repositories', readRepositories],
  ['etc/debian_version', readDebianVersion],
  ['etc/arch-release', () => ({ id: 'arch' })],
  ['etc/SuSE-release', readSuseRelease],
  ['etc/system-release-cpe', readCpe],
  ['etc/oracle-release', readNamedRelease],
  ['etc/rocky-release', readNamedRelease],
  ['etc/almalinux-release', readNamedRelease],
  ['etc/fedora-release', readNamedRelease],
  ['etc/centos-release', readNamedRelease],
  ['etc/mageia-release', readNamedRelease],
  ['etc/openEuler-release', readNamedRelease],
  ['etc/photon-release', readNamedRelease],
  ['etc/azurelinux-release', readNamedRelease],
  ['etc/mariner-release', readNamedRelease],
  ['etc/system-release', readNamedRelease],
  ['etc/redhat-release', readNamedRelease],
  ['var/lib/ubuntu-advantage/status.json', readSupport],
]);

/** What the image says it is. See README.md beside this file. */
export const osRelease: Extractor = {
  id: 'os-release',
  revision: 2,
  reads: 'release',
  files: [...readers.keys()].map((path) => ({ path, maxBytes })),
  extract: (file) => Promise.resolve(extract(file)),
};

function extract(file: LayerFile): Extraction {
  const release = readers.get(file.path)?.(file.bytes.toString('utf8'));
  return release === undefined ? nothingExtracted : { packages: [], problems: [], release };
}

function readOsRelease(text: string): Release | undefined {
  const values = parseAssignments(text);
  if (values.size === 0) return undefined;
  const idLike = (values.get('ID_LIKE') ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const codename = values.get('VERSION_CODENAME');
  const base = values.get('UBUNTU_CODENAME') ?? values.get('DEBIAN_CODENAME');
  return {
    // os-release(5): "If not set, a default of ID=linux may be used."
    id: (values.get('ID') || 'linux').toLowerCase(),
    ...optional('versionId', values.get('VERSION_ID')),
    ...optional('versionCodename', codename),
    ...optional('prettyName', values.get('PRETTY_NAME')),
    ...(idLike.length === 0 ? {} : { idLike }),
    ...optional('baseCodename', base === codename ? undefined : base),
  };
}

/** The Linux Standard Base's file, before there was os-release: `DISTRIB_ID=Ubuntu`, `DISTRIB_RELEASE=14.04`. */
function readLsbRelease(text: string): Release | undefined {
  const values = parseAssignments(text);
  const id = values
    .get('DISTRIB_ID')
    ?.toLowerCase()
    .replace(/[^a-z0-9._-]/g, '');
  if (id === undefined || id === '') return undefined;
  const version = values.get('DISTRIB_RELEASE');
  return {
    id,
    ...optional('versionId', version === 'rolling' ? undefined : version),
    ...optional('versionCodename', values.get('DISTRIB_CODENAME')),
    ...optional('prettyName', values.get('DISTRIB_DESCRIPTION')),
  };
}

/**
 * `12.5`, or `trixie/sid` in testing and unstable, which share it. Only the merged image can weigh it against os-release; here
 * it is a release of its own.
 */
function readDebianVersion(content: string): Release | undefined {
  const text = content.trim();
  if (text === '' || text.length > 64) return undefined;
  if (/^[0-9]+(\.[0-9]+)*$/.test(text)) return { id: 'debian', versionId: text.split('.')[0] ?? text };
  const isUnstable = text === 'sid' || text.endsWith('/sid');
  return { id: 'debian', versionCodename: isUnstable ? 'sid' : text };
}

function numbered(id: string, content: string): Release | undefined {
  const versionId = content.trim();
  return /^[0-9][0-9A-Za-z._]{0,63}$/.test(versionId) ? { id, versionId } : undefined;
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  const entry: { [P in K]?: string } = {};
  if (value !== undefined && value !== '') entry[key] = value;
  return entry;
}
