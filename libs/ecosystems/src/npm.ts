import { normalizeAdvisoryName } from '@tidewaiter/contracts';
import { npm as npmScheme } from '@tidewaiter/versions';
import type { Ecosystem } from './ecosystem';
import { purlOf } from './purl';

/** JSONStream and jsonstream are two packages, though advisories are asked about either in lower case: names are not folded. */
export const npm: Ecosystem = {
  id: 'npm',
  advisoryEcosystem: 'npm',
  purlType: 'npm',
  scheme: npmScheme,
  extractors: ['npm', 'node-lock', 'yarn-cache'],
  needsRelease: false,
  layering: 'per-file',
  identify: ({ name, version }) => {
    // The purl specification wants it in lower case; some old packages have names that are not.
    const lower = name.toLowerCase();
    const slash = lower.startsWith('@') ? lower.indexOf('/') : -1;
    const purl = purlOf({
      type: 'npm',
      namespace: slash === -1 ? undefined : lower.slice(0, slash),
      name: slash === -1 ? lower : lower.slice(slash + 1),
      version,
    });
    return { ecosystem: 'npm', name, version, purl };
  },
  lookupKeys: (pkg) => [{ ecosystem: 'npm', name: normalizeAdvisoryName('npm', pkg.name) }],
};
