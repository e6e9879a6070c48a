import { constantLogMessage } from './rules/constant-log-message.mjs';
import { fileNames } from './rules/file-names.mjs';
import { libImportsRule } from './rules/lib-imports.mjs';
import { noFocusedTests } from './rules/no-focused-tests.mjs';
import { noForwardRef } from './rules/no-forward-ref.mjs';
import { noModuleMocks } from './rules/no-module-mocks.mjs';
import { noProcessEnv } from './rules/no-process-env.mjs';
import { schemaFiles } from './rules/schema-files.mjs';

/** Review remarks that came up more than once. */
export const tidewaiter = {
  meta: { name: 'tidewaiter' },
  rules: {
    'constant-log-message': constantLogMessage,
    'file-names': fileNames,
    'lib-imports': libImportsRule,
    'no-focused-tests': noFocusedTests,
    'no-forward-ref': noForwardRef,
    'no-module-mocks': noModuleMocks,
    'no-process-env': noProcessEnv,
    'schema-files': schemaFiles,
  },
};
