/**
 * Writes docs/coverage.md from the registries of the engine; with --check only says whether it is up to date.
 *   node --import ./tools/typescript/register.mjs tools/coverage-docs/main.ts [--check]
 */
import { generatedPage } from '../docs/generated-page';
import { coveragePage } from './coverage-page';

await generatedPage('coverage.md', coveragePage(), 'tools/coverage-docs/main.ts');
