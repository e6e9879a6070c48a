import path from 'node:path';
import { libImports, packageHomes, specImports } from '../lib-imports.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/**
 * Holds every import against the table in lib-imports.mjs, and every part to its one door.
 * @type {import('eslint').Rule.RuleModule}
 */
export const libImportsRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      unknownPart: '{{part}} has no line in tools/eslint/lib-imports.mjs.',
      notAllowed: '{{part}} may not import {{target}}. The table is tools/eslint/lib-imports.mjs.',
      ownDoor: '{{part}} imports itself by its door; inside a lib import the file.',
      notTheDoor: 'Import @tidewaiter/{{target}} by its door (src/index.ts), not a file inside it.',
      forTests: '{{imported}} is there for tests.',
      notHere: '{{name}} may only be imported by {{homes}}.',
    },
  },
  create(context) {
    const file = path.relative(root, context.physicalFilename).split(path.sep).join('/');
    const part = partOf(file);
    if (part === undefined) return {};
    const isSpec = isForTests(file);
    const check = (node) => {
      if (typeof node.source?.value !== 'string') return;
      const problem = problemOf({ file, part, isSpec }, node.source.value);
      if (problem !== undefined) context.report({ node: node.source, ...problem });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

function problemOf({ file, part, isSpec }, specifier) {
  if (specifier.startsWith('.')) {
    const imported = path.posix.join(path.posix.dirname(file), specifier);
    if (imported === 'package.json') return undefined;
    if (!isSpec && isForTests(`${imported}.ts`)) return { messageId: 'forTests', data: { imported } };
    const target = partOf(imported);
    return target === part ? undefined : { messageId: 'notTheDoor', data: { target: nameOf(target ?? specifier) } };
  }
  if (specifier.startsWith('@tidewaiter/'))
    return workspaceProblemOf({ part, isSpec }, specifier.slice('@tidewaiter/'.length));
  const rule = packageHomes.find(({ packages }) => packages.test(specifier));
  if (rule === undefined || rule.homes.includes(part)) return undefined;
  // A spec may hold what it tests against the real service.
  if (isSpec && /^(pg|ioredis|bullmq|@azure\/)/.test(specifier)) return undefined;
  return { messageId: 'notHere', data: { name: specifier, homes: rule.homes.join(', ') } };
}

function workspaceProblemOf({ part, isSpec }, imported) {
  const target = /^(features\/)?[^/]+/.exec(imported)?.[0] ?? imported;
  if (target !== imported) return { messageId: 'notTheDoor', data: { target } };
  if (`libs/${target}` === part) return { messageId: 'ownDoor', data: { part } };
  const line = libImports[part] ?? (part.startsWith('libs/features/') ? libImports['libs/features/*'] : undefined);
  if (line === undefined) return { messageId: 'unknownPart', data: { part } };
  const allowed = isSpec ? [...line, ...specImports] : line;
  const isAllowed = allowed.includes(target) || (target.startsWith('features/') && allowed.includes('features/*'));
  return isAllowed ? undefined : { messageId: 'notAllowed', data: { part, target: `@tidewaiter/${target}` } };
}

/** Specs, and what only specs use. */
function isForTests(file) {
  return /\.spec\.ts$|\/spec-[^/]+\.ts$|\/src\/testing\//.test(file);
}

function partOf(file) {
  return /^(libs\/features\/[^/]+|libs\/[^/]+|apps\/[^/]+)\//.exec(`${file}/`)?.[1];
}

function nameOf(part) {
  return part.replace(/^libs\//, '');
}
