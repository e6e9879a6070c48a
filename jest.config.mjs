/**
 * Three sizes of test, told apart by file name:
 *   x.spec.ts       pure, beside the source
 *   x.int.spec.ts   needs a real service (Postgres, Redis, a registry)
 *   x.e2e.spec.ts   starts the built processes and speaks HTTP only
 */
const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
  moduleNameMapper: {
    '^@tidewaiter/features/([^/]+)$': '<rootDir>/libs/features/$1/src/index.ts',
    '^@tidewaiter/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.nx/', '<rootDir>/.data/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

const size = (displayName, testMatch, testPathIgnorePatterns = []) => ({
  ...base,
  displayName,
  setupFilesAfterEnv: ['<rootDir>/libs/testing/src/forbid-network.ts'],
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', ...testPathIgnorePatterns],
});

/** Postgres and Redis for the run, started when the first test asks for them. */
const services = {
  globalSetup: '<rootDir>/libs/testing/src/services/global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/src/services/global-teardown.mjs',
};

export default {
  // A machine with other work starts a database in more than five seconds; a hang is longer than this.
  testTimeout: 30_000,
  projects: [
    size('unit', ['<rootDir>/{apps,libs,tools}/**/*.spec.ts'], ['\\.int\\.spec\\.ts$', '\\.e2e\\.spec\\.ts$']),
    { ...size('int', ['<rootDir>/{apps,libs,tools}/**/*.int.spec.ts']), ...services },
    { ...size('e2e', ['<rootDir>/apps/**/*.e2e.spec.ts']), ...services },
  ],
};
