import { extracted } from '../spec-extraction';
import { nodeLock } from './node-lock';

async function read(path: string, content: string): Promise<readonly string[]> {
  const { packages, problems } = await extracted(nodeLock, path, content);
  return [
    ...packages.map((pkg) => `${pkg.name}@${pkg.version}${pkg.isDevelopment === true ? ' dev' : ''}`),
    ...problems.map((problem) => problem.code),
  ];
}

describe('package-lock.json', () => {
  const packages = {
    '': { name: 'shop', version: '1.2.0', license: 'MIT' },
    'node_modules/@babel/highlight': { version: '7.25.9', license: 'MIT' },
    'node_modules/@shop/lib': { resolved: 'packages/lib', link: true },
    'node_modules/debug': { version: '3.1.0', dev: true },
    'node_modules/debug/node_modules/ms': { version: '2.0.0', dev: true },
    'node_modules/fsevents': { version: '2.3.2', optional: true },
    'node_modules/ms': { version: '2.0.0' },
    'node_modules/old-lodash': { name: 'lodash', version: '4.17.11' },
    'packages/lib': { name: '@shop/lib', version: '0.3.0' },
    'packages/lib/node_modules/left-pad': { version: '1.3.0', devOptional: true },
  };
  const dependencies = {
    '@shop/lib': { version: 'file:packages/lib', requires: { 'left-pad': '1.3.0' } },
    debug: {
      version: '3.1.0',
      dev: true,
      requires: { ms: '2.0.0' },
      dependencies: { ms: { version: '2.1.0', dev: true } },
    },
    'from-git': { version: 'git+ssh://git@github.com/a/b.git#0123456789' },
    'from-archive': { version: 'https://example.org/a-1.0.0.tgz' },
    'from-registry': { version: 'https://registry.example/is-odd/-/is-odd-3.0.0.tgz' },
    'from-scope': { version: 'https://example.org/npm/@a%2fb/-/b-1.0.0-rc.1.tgz#abc' },
    'old-lodash': { version: 'npm:lodash@4.17.11' },
    'old-types': { version: 'npm:@types/node@1.0.0' },
  };
  const installed = [
    '@babel/highlight@7.25.9',
    'debug@3.1.0 dev',
    'ms@2.0.0',
    'fsevents@2.3.2',
    'lodash@4.17.11',
    'left-pad@1.3.0',
  ];

  it.each([2, 3])('reads version %i: aliases by their real name, no workspaces and links', async (lockfileVersion) => {
    const text = JSON.stringify({
      name: 'shop',
      lockfileVersion,
      packages,
      ...(lockfileVersion === 2 ? { dependencies } : {}),
    });
    expect(await read('app/package-lock.json', text)).toEqual(installed);
    expect(await read('app/npm-shrinkwrap.json', text)).toEqual(installed);
  });

  it('reads version 1, which nests', async () => {
    expect(await read('package-lock.json', JSON.stringify({ lockfileVersion: 1, dependencies }))).toEqual([
      'debug@3.1.0 dev',
      'is-odd@3.0.0',
      '@a/b@1.0.0-rc.1',
      'lodash@4.17.11',
      '@types/node@1.0.0',
      'ms@2.1.0 dev',
    ]);
  });

  it('reads one without dependencies, and the licences', async () => {
    expect(await read('package-lock.json', '{"name":"a","lockfileVersion":1}')).toEqual([]);
    const { packages: found } = await extracted(
      nodeLock,
      'package-lock.json',
      JSON.stringify({ lockfileVersion: 3, packages }),
    );
    expect(found[0]).toEqual({ name: '@babel/highlight', version: '7.25.9', licenses: ['MIT'] });
  });

  it('ends with nesting that no project has', async () => {
    let nested: object = {};
    for (let depth = 0; depth < 1000; depth++) nested = { a: { version: '1.0.0', dependencies: nested } };
    expect(await read('package-lock.json', JSON.stringify({ lockfileVersion: 1, dependencies: nested }))).toEqual([
      'lock-unreadable',
    ]);
  });
});

describe('pnpm-lock.yaml', () => {
  it('of version 5', async () => {
    const text = `lockfileVersion: 5.4

packages:

  /@babel/code-frame/7.12.11:
    resolution: {integrity: sha512-Zt1yodBx1UcyiePMSkWnU4hPqhwq7hGi2nFL1LeA3EUl==}
    dependencies:
      '@babel/highlight': 7.25.9
    dev: false

  /lodash/4.17.11:
    resolution: {integrity: sha512-cQKh8igo5QUhZ7lg38DYWAxMvjSAKG0A8wGSVimP07SIUEK2UO+arSRKbRZWtelMtN5V0Hkwh5ryOto/SshYIg==}
    dev: false

  /ms/2.0.0:
    resolution: {integrity: sha512-Tpp60P6IUJDTuOq/5Z8cdskzJujfwqfOTkrwIwj7IRISpnkJnT6SyJ4PCPnGMoFjC9ddhal5KVIYtAt97ix05A==}
    dev: true

  /use-sync-external-store/1.2.0_react@18.2.0:
    resolution: {integrity: sha512-eEgnFxGQ1Ife9bzYs6VLi8/4X6CObHMw9Qr9tPY43iKwsPw8xE8+EFsf/2cFZ5S3esXgpWgtSCtLNS41F+sKPA==}
    dev: false

  registry.example.org/private/1.0.0:
    resolution: {integrity: sha512-eEgnFxGQ1Ife9bzYs6VLi8/4X6CObHMw9Qr9tPY43iKwsPw8xE8==}

  github.com/a/repository/0123456789abcdef:
    resolution: {tarball: https://codeload.github.com/a/repository/tar.gz/0123456789abcdef}
    name: repository
    version: 2.0.0
    dev: false
`;
    expect(await read('pnpm-lock.yaml', text)).toEqual([
      '@babel/code-frame@7.12.11',
      'lodash@4.17.11',
      'ms@2.0.0 dev',
      'use-sync-external-store@1.2.0',
      'private@1.0.0',
      'repository@2.0.0',
    ]);
  });

  it('of version 6', async () => {
    const text = `lockfileVersion: '6.0'

packages:

  /@babel/code-frame@7.12.11:
    resolution: {integrity: sha512-Zt1yodBx1UcyiePMSkWnU4hPqhwq7hGi2nFL1LeA3EUl==}
    dev: false

  /debug@3.1.0(supports-color@5.5.0):
    resolution: {integrity: sha512-OX8XqP7/1a9cqkxYw2yXss15f26NKWBpDXQd0/uK/KPqdQhxbPa994hnzjcE2VqQpDslf55723cKPUOGSmMY3g==}
    deprecated: |-
      a message
        on lines
    dev: true

  file:local:
    resolution: {directory: local, type: directory}
    name: local
    version: 1.0.0
    dev: false
`;
    expect(await read('pnpm-lock.yaml', text)).toEqual(['@babel/code-frame@7.12.11', 'debug@3.1.0 dev']);
  });

  const nine = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      old-lodash:
        specifier: npm:lodash@4.17.11
        version: lodash@4.17.11
      react:
        specifier: 18.2.0
        version: 18.2.0
      use-sync-external-store:
        specifier: 1.2.0
        version: 1.2.0(react@18.2.0)
      '@shop/lib':
        specifier: workspace:*
        version: link:packages/lib
      secret:
        specifier: git+ssh://git@example.org/a/secret.git
        version: git+ssh://git@example.org/a/secret.git#0123456789abcdef
    optionalDependencies:
      fsevents:
        specifier: 2.3.2
        version: 2.3.2
    devDependencies:
      debug:
        specifier: 3.1.0
        version: 3.1.0(supports-color@5.5.0)

  packages/lib:
    dependencies:
      left-pad:
        specifier: 1.3.0
        version: 1.3.0

packages:

  debug@3.1.0:
    resolution: {integrity: sha512-OX8XqP7/1a9cqkxYw2yXss15f26NKWBpDXQd0/uK/KPqdQhxbPa994hnzjcE2VqQpDslf55723cKPUOGSmMY3g==}
    peerDependencies:
      supports-color: '*'

  fsevents@2.3.2:
    resolution: {integrity: sha512-xiqMQR4xAeHTuB9uWm+fFRcIOgKBMiOBP+eXiyT7jsgVCq1bkVygt00oASowB7EdtpOHaaPgKt812P9ab+DDKA==}
    os: [darwin]

  left-pad@1.3.0:
    resolution: {integrity: sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA==}

  lodash@4.17.11:
    resolution: {integrity: sha512-cQKh8igo5QUhZ7lg38DYWAxMvjSAKG0A8wGSVimP07SIUEK2UO+arSRKbRZWtelMtN5V0Hkwh5ryOto/SshYIg==}

  loose-envify@1.4.0:
    resolution: {integrity: sha512-lyuxPGr/Wfhrlem2CL/UcnUc1zcqKAImBDzukY7Y5F/yQiNdko6+fRLevlw1HgMySw7f611UIY408EtxRSoK3Q==}
    hasBin: true

  ms@2.0.0:
    resolution: {integrity: sha512-Tpp60P6IUJDTuOq/5Z8cdskzJujfwqfOTkrwIwj7IRISpnkJnT6SyJ4PCPnGMoFjC9ddhal5KVIYtAt97ix05A==}

  react@18.2.0:
    resolution: {integrity: sha512-/3IjMdb2L9QbBdWiW5e3P2/npwMBaU9mHCSCUzNln0ZCYbcfTsGbTJrU/kGemdH2IWmB2ioZ+zkxtmq6g09fGQ==}

  use-sync-external-store@1.2.0:
    resolution: {integrity: sha512-eEgnFxGQ1Ife9bzYs6VLi8/4X6CObHMw9Qr9tPY43iKwsPw8xE8+EFsf/2cFZ5S3esXgpWgtSCtLNS41F+sKPA==}

  repository@https://codeload.github.com/a/repository/tar.gz/0123456789abcdef:
    resolution: {tarball: https://codeload.github.com/a/repository/tar.gz/0123456789abcdef}
    version: 2.0.0

  secret@git+ssh://git@example.org/a/secret.git#0123456789abcdef:
    resolution: {commit: 0123456789abcdef, repo: git@example.org:a/secret.git, type: git}
    version: 3.0.0

snapshots:

  debug@3.1.0(supports-color@5.5.0):
    dependencies:
      ms: 2.0.0

  fsevents@2.3.2:
    optional: true

  left-pad@1.3.0: {}

  lodash@4.17.11: {}

  loose-envify@1.4.0: {}

  ms@2.0.0: {}

  react@18.2.0:
    dependencies:
      loose-envify: 1.4.0
      from-repository: repository@https://codeload.github.com/a/repository/tar.gz/0123456789abcdef

  use-sync-external-store@1.2.0(react@18.2.0):
    dependencies:
      react: 18.2.0
`;
  const inNine = [
    'debug@3.1.0 dev',
    'fsevents@2.3.2',
    'left-pad@1.3.0',
    'lodash@4.17.11',
    'loose-envify@1.4.0',
    'ms@2.0.0 dev',
    'react@18.2.0',
    'use-sync-external-store@1.2.0',
    'repository@2.0.0',
    'secret@3.0.0',
  ];

  it('of version 9, where development is what the project does not reach otherwise', async () => {
    expect(await read('pnpm-lock.yaml', nine)).toEqual(inNine);
  });

  it('with a document before it in which pnpm locks itself', async () => {
    const environment = `---
lockfileVersion: '9.0'

importers:

  .:
    configDependencies: {}
    packageManagerDependencies:
      pnpm:
        specifier: 11.0.0
        version: 11.0.0

packages:

  pnpm@11.0.0:
    resolution: {integrity: sha512-OX8XqP7/1a9cqkxYw2yXss15f26NKWBpDXQd0==}

snapshots:

  pnpm@11.0.0: {}
`;
    expect(await read('pnpm-lock.yaml', `${environment}---\n${nine}`)).toEqual(inNine);
  });
});

describe('the lock files of bun and deno', () => {
  it('bun.lock has commas before closing brackets', async () => {
    const text = `{
  "lockfileVersion": 2,
  "workspaces": { "": { "name": "shop", "dependencies": { "old-lodash": "npm:lodash@4.17.11", }, }, },
  "packages": {
    "@babel/code-frame": ["@babel/code-frame@7.12.11", "", { "dependencies": { "@babel/highlight": "^7.10.4" } }, "sha512-Zt1y=="],

    "@shop/lib": ["@shop/lib@workspace:packages/lib"],

    "odd": ["odd@1.0.0", "", { "bin": { "a,]": "\\",}" }, }, "sha512-a=="],

    "old-lodash": ["lodash@4.17.11", "", {}, "sha512-cQKh8igo5QUhZ7lg38DYWAxMvjSAKG0A8wGSVimP07SIUEK2UO+arSRKbRZWtelMtN5V0Hkwh5ryOto/SshYIg=="],

    "tar-ms": ["ms@https://registry.example/ms/-/ms-2.0.0.tgz", {}, "sha512-Tpp6=="],

    "repository": ["repository@github:a/repository#0123456", {}, "a-repository-0123456"],
  }
}
`;
    expect(await read('bun.lock', text)).toEqual([
      '@babel/code-frame@7.12.11',
      'odd@1.0.0',
      'lodash@4.17.11',
      'ms@2.0.0',
    ]);
  });

  it.each([
    [
      '5',
      {
        npm: { '@babel/code-frame@7.12.11': {}, 'use-sync-external-store@1.2.0_react@18.2.0': {} },
        jsr: { '@std/assert@1.0.0': {} },
      },
    ],
    ['3', { packages: { npm: { '@babel/code-frame@7.12.11': {}, 'use-sync-external-store@1.2.0_react@18.2.0': {} } } }],
    [
      '2',
      {
        npm: {
          specifiers: {},
          packages: { '@babel/code-frame@7.12.11': {}, 'use-sync-external-store@1.2.0_react@18.2.0': {} },
        },
      },
    ],
  ])('deno.lock in version %s', async (version, content) => {
    expect(await read('deno.lock', JSON.stringify({ version, ...content }))).toEqual([
      '@babel/code-frame@7.12.11',
      'use-sync-external-store@1.2.0',
    ]);
  });

  it('deno.lock without packages of npm', async () => {
    expect(await read('deno.lock', '{"version":"4","remote":{"https://deno.land/x/a.ts":"00"}}')).toEqual([]);
  });

  it('bun.lockb is named as not read', async () => {
    expect(await read('bun.lockb', '#!/usr/bin/env bun\nbun-lockfile-format-v0\n')).toEqual(['lock-unsupported']);
  });
});

it.each(['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'deno.lock'])(
  '%s that is none is a problem',
  async (path) => {
    const contents = ['null', '[]', '{', 'a: b', '<html>', ...(path === 'yarn.lock' ? [] : [''])];
    for (const content of contents) expect(await read(path, content)).toEqual(['lock-unreadable']);
  },
);

it('an entry with a name of megabytes is left out, which is said', async () => {
  const packages = {
    [`node_modules/${'a'.repeat(2_000_000)}`]: { version: '1.0.0' },
    'node_modules/b': { version: '1.0.0' },
  };
  expect(await read('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }))).toEqual([
    'b@1.0.0',
    'lock-entry-invalid',
  ]);
});
