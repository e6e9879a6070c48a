/**
 * Lets Node run this workspace's TypeScript as it lies there: node --import ./tools/typescript/register.mjs file.ts
 * For scripts and for tests that need a real process of their own; what is shipped is built.
 */
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

const root = path.resolve(import.meta.dirname, '../..');
const { compilerOptions } = JSON.parse(readFileSync(path.join(root, 'tsconfig.base.json'), 'utf8'));

registerHooks({ resolve, load });

function resolve(specifier, context, nextResolve) {
  const alias = compilerOptions.paths[specifier]?.[0];
  if (alias !== undefined) return found(path.join(root, alias));
  const isRelative = specifier.startsWith('./') || specifier.startsWith('../');
  if (isRelative && context.parentURL?.endsWith('.ts')) {
    const target = path.resolve(path.dirname(fileURLToPath(context.parentURL)), specifier);
    for (const candidate of [`${target}.ts`, path.join(target, 'index.ts')]) {
      if (existsSync(candidate)) return found(candidate);
    }
  }
  return nextResolve(specifier, context);
}

function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const filename = fileURLToPath(url);
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    swcrc: false,
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}

function found(file) {
  return { url: pathToFileURL(file).href, shortCircuit: true };
}
