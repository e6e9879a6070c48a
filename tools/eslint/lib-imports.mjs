/**
 * Which part of the workspace may import which: the whole table, one line a part. Tags (project.json) say the
 * direction; this says the rest. Loosening a line is a decision: say why in the commit.
 */
const engine = [
  'kit',
  'contracts',
  'deflate',
  'formats',
  'versions',
  'severity',
  'image',
  'extractors',
  'ecosystems',
  'matching',
  'engine',
];
// "sbom" for what package URLs name: who asks the server about a package writes it as on the command line.
const belowFeatures = [...engine, 'sbom', 'config', 'feeds', 'vex', 'feed-io', 'registry', 'db', 'queue', 'server'];
const serverApp = ['kit', 'contracts', 'config', 'db', 'queue', 'server', 'features/*'];

/** @type {Readonly<Record<string, readonly string[]>>} */
export const libImports = {
  'libs/kit': [],
  'libs/contracts': ['kit'],
  'libs/deflate': [],
  'libs/formats': ['kit'],
  // How one signs in to a registry is the same in a file, in the REST API and in a row.
  'libs/config': ['kit', 'contracts'],
  'libs/versions': ['kit'],
  'libs/severity': ['kit', 'contracts'],
  'libs/image': ['kit', 'contracts', 'deflate'],
  'libs/extractors': ['kit', 'contracts', 'formats'],
  'libs/feeds': ['kit', 'contracts', 'formats'],
  'libs/ecosystems': ['kit', 'contracts', 'versions', 'extractors'],
  'libs/matching': ['kit', 'contracts', 'versions', 'ecosystems', 'severity'],
  'libs/sbom': ['kit', 'contracts', 'formats', 'ecosystems'],
  'libs/engine': ['kit', 'contracts', 'formats', 'image', 'extractors', 'ecosystems', 'matching', 'severity', 'sbom'],
  'libs/reports': ['kit', 'contracts', 'ecosystems'],
  'libs/vex': ['kit', 'contracts', 'feeds', 'sbom'],
  'libs/feed-io': ['kit', 'contracts', 'feeds'],
  'libs/registry': ['kit', 'contracts'],
  // Groups records by alias with the same function as the server does; its second reader opens the files of a part again.
  'libs/advisory-store': ['kit', 'contracts', 'feeds', 'feed-io', 'severity', 'matching'],
  'libs/db': ['kit', 'contracts', 'config'],
  'libs/queue': ['kit', 'contracts', 'config'],
  'libs/embedded-postgres': ['kit'],
  'libs/acr-emulator': ['kit', 'contracts'],
  'libs/samples': ['kit', 'contracts'],
  'libs/server': ['kit', 'contracts', 'config', 'db', 'queue'],
  'libs/features/*': [...belowFeatures, 'features/*'],
  // Composition of features, for the processes and for standalone alike.
  'libs/jobs': [...belowFeatures, 'features/*'],
  'libs/api': [...belowFeatures, 'features/*'],
  'libs/testing': [
    'kit',
    'contracts',
    'config',
    'db',
    'queue',
    'registry',
    'embedded-postgres',
    'acr-emulator',
    'samples',
  ],
  'apps/receiver': serverApp,
  'apps/scheduler': [...serverApp, 'jobs'],
  'apps/worker': [...serverApp, 'jobs', 'registry', 'feed-io', 'engine'],
  'apps/api': [...serverApp, 'api'],
  'apps/migrate': ['kit', 'config', 'db', 'queue', 'server'],
  'apps/cli': [...engine, 'reports', 'config', 'feeds', 'feed-io', 'registry', 'advisory-store', 'vex'],
  'apps/acr-emulator': ['kit', 'contracts', 'acr-emulator', 'samples'],
  'apps/standalone': [
    ...serverApp,
    'api',
    'jobs',
    'embedded-postgres',
    'acr-emulator',
    'samples',
    'registry',
    'feed-io',
  ],
  'apps/e2e': ['kit', 'contracts', 'registry', 'embedded-postgres', 'acr-emulator', 'samples', 'testing'],
};

/** Specs may besides use these, whatever part they lie in. */
export const specImports = ['testing', 'acr-emulator', 'samples', 'embedded-postgres', 'config', 'db', 'queue'];

/** Packages with one home: nobody else imports them. */
export const packageHomes = [
  { packages: /^(@prisma\/|prisma(\/|$))/, homes: ['libs/db'] },
  { packages: /^(bullmq|ioredis)(\/|$)/, homes: ['libs/queue'] },
  { packages: /^pg(\/|$)/, homes: ['libs/db', 'libs/queue', 'libs/embedded-postgres', 'libs/testing', 'apps/e2e'] },
  { packages: /^embedded-postgres(\/|$)/, homes: ['libs/embedded-postgres'] },
  { packages: /^@azure\//, homes: ['libs/registry'] },
  { packages: /^@slack\//, homes: ['libs/features/notifications'] },
];
