import path from 'node:path';
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { tidewaiter } from './plugin.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const rules = tidewaiter.rules;
const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

tester.run('constant-log-message', rules['constant-log-message'], {
  valid: [
    `logger.info('scan finished', { imageId });`,
    'this.#logger.warn(`layer skipped`);',
    'console.error(`anything ${goes}`);',
    'dialog.info(text);',
  ],
  invalid: [
    { code: 'logger.info(`scan of ${image} finished`);', errors: [{ messageId: 'notConstant' }] },
    { code: `this.logger.error('failed: ' + reason);`, errors: [{ messageId: 'notConstant' }] },
    { code: 'this.#log.warn(message);', errors: [{ messageId: 'notConstant' }] },
    { code: 'context.accessLogger.debug(message);', errors: [{ messageId: 'notConstant' }] },
  ],
});

tester.run('no-process-env', rules['no-process-env'], {
  valid: ['process.exit(1);', 'context.env.HOME;', `import { stdout } from 'node:process';`],
  invalid: [
    { code: 'process.env.HOME;', errors: [{ messageId: 'notHere' }] },
    { code: `process['env'].HOME;`, errors: [{ messageId: 'notHere' }] },
    { code: 'const { env } = process;', errors: [{ messageId: 'notHere' }] },
    { code: `import { env } from 'node:process';`, errors: [{ messageId: 'notHere' }] },
  ],
});

tester.run('no-forward-ref', rules['no-forward-ref'], {
  valid: [`import { Inject } from '@nestjs/common';`],
  invalid: [
    { code: `import { forwardRef } from '@nestjs/common';`, errors: [{ messageId: 'circle' }] },
    { code: `import * as nest from '@nestjs/common'; nest.forwardRef(f);`, errors: [{ messageId: 'circle' }] },
  ],
});

tester.run('no-module-mocks', rules['no-module-mocks'], {
  valid: ['jest.fn();', 'jest.useFakeTimers();'],
  invalid: ['mock', 'doMock', 'unstable_mockModule'].map((name) => ({
    code: `jest.${name}('./clock');`,
    errors: [{ messageId: 'mocked' }],
  })),
});

tester.run('no-focused-tests', rules['no-focused-tests'], {
  valid: [`it('promises something', run);`, 'readonly.only();', `describe.each([])('all', run);`],
  invalid: [
    `it.only('a', run);`,
    `test.only('a', run);`,
    `describe.only('a', run);`,
    `it.only.each([1])('a', run);`,
    `fit('a', run);`,
    `fdescribe('a', run);`,
  ].map((code) => ({ code, errors: [{ messageId: 'focused' }] })),
});

tester.run('file-names', rules['file-names'], {
  valid: ['scans/record-scan.ts', 'scans/scans.service.ts', 'npm/npm2.int.spec.ts', 'kit/database.ts'].map(at),
  invalid: [
    { ...at('scans/utils.ts'), errors: [{ messageId: 'saysNothing' }] },
    { ...at('scans/date-helpers.ts'), errors: [{ messageId: 'saysNothing' }] },
    { ...at('common/dates.ts'), errors: [{ messageId: 'saysNothing' }] },
    { ...at('scans/scan-manager.service.ts'), errors: [{ messageId: 'saysNothing' }] },
    { ...at('scans/recordScan.ts'), errors: [{ messageId: 'notKebabCase' }] },
    { ...at('scans/Record.ts'), errors: [{ messageId: 'notKebabCase' }] },
  ],
});

tester.run('schema-files', rules['schema-files'], {
  valid: [
    { ...at('hooks/acr.schema.ts'), code: 'const Push = z.object({ id: z.string() });' },
    { ...at('hooks/acr.ts'), code: 'const Ids = z.array(z.string()); other.object({});' },
  ],
  invalid: ['object', 'strictObject', 'looseObject'].map((shape) => ({
    ...at('hooks/acr.ts'),
    code: `const Push = z.${shape}({ id: z.string() });`,
    errors: [{ messageId: 'elsewhere' }],
  })),
});

tester.run('lib-imports', rules['lib-imports'], {
  valid: [
    {
      ...at('libs/matching/src/judge.ts'),
      code: `import { ok } from '@tidewaiter/kit'; import { x } from './verdict';`,
    },
    { ...at('libs/matching/src/judge.spec.ts'), code: `import { startPostgres } from '@tidewaiter/testing';` },
    { ...at('libs/features/scans/src/scans.module.ts'), code: `export { y } from '@tidewaiter/features/matches';` },
    { ...at('libs/db/src/database.ts'), code: `import { PrismaPg } from '@prisma/adapter-pg';` },
    { ...at('libs/engine/src/testing/images.ts'), code: `import { x } from '@tidewaiter/testing';` },
    { ...at('libs/engine/src/scan.spec.ts'), code: `import { x } from './testing/images';` },
    { ...at('tools/setup/main.ts'), code: `import 'bullmq';` },
  ],
  invalid: [
    {
      ...at('libs/kit/src/result.ts'),
      code: `export type { Package } from '@tidewaiter/contracts';`,
      errors: [{ messageId: 'notAllowed' }],
    },
    {
      ...at('libs/matching/src/judge.ts'),
      code: `const later = await import('@tidewaiter/db');`,
      errors: [{ messageId: 'notAllowed' }],
    },
    {
      ...at('libs/matching/src/judge.ts'),
      code: `import { startPostgres } from '@tidewaiter/testing';`,
      errors: [{ messageId: 'notAllowed' }],
    },
    ...['./testing/images', './spec-images', './scan.spec'].map((name) => ({
      ...at('libs/engine/src/scan.ts'),
      code: `import { x } from '${name}';`,
      errors: [{ messageId: 'forTests' }],
    })),
    { ...at('libs/gone/src/index.ts'), code: `import '@tidewaiter/kit';`, errors: [{ messageId: 'unknownPart' }] },
    {
      ...at('libs/features/scans/src/scan.ts'),
      code: `import type { Prisma } from '@prisma/client';`,
      errors: [{ messageId: 'notHere' }],
    },
  ],
});

function at(file: string): { readonly code: string; readonly filename: string } {
  return { code: ';', filename: path.join(root, file) };
}
