import type { Release } from '@tidewaiter/contracts';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseAssignments } from './assignments';

const maxBytes = 1024 * 1024;
const debianVersionPath = 'etc/debian_version';

/** What the image says it is. See README.md beside this file. */
export const osRelease: Extractor = {
  id: 'os-release',
  revision: 1,
  reads: 'release',
  files: [
    { path: 'etc/os-release', maxBytes },
    { path: 'usr/lib/os-release', maxBytes },
    { path: debianVersionPath, maxBytes },
  ],
  extract: (file) => Promise.resolve(file.path === debianVersionPath ? readDebianVersion(file) : readOsRelease(file)),
};

function readOsRelease(file: LayerFile): Extraction {
  const values = parseAssignments(file.bytes.toString('utf8'));
  if (values.size === 0) return nothingExtracted;
  const release: Release = {
    // os-release(5): "If not set, a default of ID=linux may be used."
    id: (values.get('ID') || 'linux').toLowerCase(),
    ...optional('versionId', values.get('VERSION_ID')),
    ...optional('versionCodename', values.get('VERSION_CODENAME')),
    ...optional('prettyName', values.get('PRETTY_NAME')),
  };
  const idLike = (values.get('ID_LIKE') ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return { packages: [], problems: [], release: idLike.length === 0 ? release : { ...release, idLike } };
}

/**
 * `12.5`, or `trixie/sid` in testing and unstable, which share it. Only the merged image can weigh it against os-release; here
 * it is a release of its own.
 */
function readDebianVersion(file: LayerFile): Extraction {
  const text = file.bytes.toString('utf8').trim();
  if (text === '' || text.length > 64) return nothingExtracted;
  if (/^[0-9]+(\.[0-9]+)*$/.test(text)) {
    return { packages: [], problems: [], release: { id: 'debian', versionId: text.split('.')[0] ?? text } };
  }
  const isUnstable = text === 'sid' || text.endsWith('/sid');
  return { packages: [], problems: [], release: { id: 'debian', versionCodename: isUnstable ? 'sid' : text } };
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  const entry: { [P in K]?: string } = {};
  if (value !== undefined && value !== '') entry[key] = value;
  return entry;
}
