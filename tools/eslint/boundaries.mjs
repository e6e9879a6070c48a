/**
 * Directions of import by tag (project.json). There is no "*": a project without tags, or with one that is not listed
 * here, may import nothing. The finer table is lib-imports.mjs.
 */
const serverPackages = ['@nestjs/*', '@prisma/*', 'prisma', 'bullmq', 'ioredis', 'pg', 'fastify', '@fastify/*'];

const scopes = {
  'scope:shared': { to: ['scope:shared'], banned: serverPackages },
  'scope:engine': { to: ['scope:shared', 'scope:engine'], banned: serverPackages },
  'scope:cli': { to: ['scope:shared', 'scope:engine', 'scope:cli'], banned: serverPackages },
  'scope:server': { to: ['scope:shared', 'scope:engine', 'scope:server'], banned: [] },
  'scope:testing': { to: ['scope:shared', 'scope:engine', 'scope:server', 'scope:testing'], banned: [] },
};

const types = {
  'type:util': ['type:util'],
  'type:contract': ['type:util', 'type:contract'],
  'type:core': ['type:util', 'type:contract', 'type:core'],
  'type:infra': ['type:util', 'type:contract', 'type:core', 'type:infra'],
  'type:feature': ['type:util', 'type:contract', 'type:core', 'type:infra', 'type:feature'],
  'type:app': ['type:util', 'type:contract', 'type:core', 'type:infra', 'type:feature'],
  'type:testing': ['type:util', 'type:contract', 'type:core', 'type:infra', 'type:testing'],
};

/** @param {{ forTests: boolean }} options  tests may besides use what is there for tests, and the services they test on */
export function boundaries({ forTests }) {
  const alsoScopes = forTests ? ['scope:testing', 'scope:server'] : [];
  const alsoTypes = forTests ? ['type:testing', 'type:infra'] : [];
  return {
    // The version shown by a program is the workspace's.
    allow: ['../../../package.json'],
    // A lib's specs use libs/testing, which uses the lib; no module takes part in that circle.
    ...(forTests && { ignoredCircularDependencies: [['*', 'testing']] }),
    enforceBuildableLibDependency: false,
    depConstraints: [
      ...Object.entries(scopes).map(([sourceTag, { to, banned }]) => ({
        sourceTag,
        onlyDependOnLibsWithTags: [...new Set([...to, ...alsoScopes])],
        ...(banned.length > 0 && !forTests && { bannedExternalImports: banned }),
      })),
      ...Object.entries(types).map(([sourceTag, to]) => ({
        sourceTag,
        onlyDependOnLibsWithTags: [...new Set([...to, ...alsoTypes])],
      })),
    ],
  };
}
