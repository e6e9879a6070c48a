/**
 * Writes docs/configuration.md from the settings in libs/config; with --check only says whether it is up to date.
 *   node --import ./tools/typescript/register.mjs tools/config-docs/main.ts [--check]
 */
import { renderConfigurationPage } from '@tidewaiter/config';
import { generatedPage } from '../docs/generated-page';

await generatedPage('configuration.md', renderConfigurationPage(), 'tools/config-docs/main.ts');
