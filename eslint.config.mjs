import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { boundaries } from './tools/eslint/boundaries.mjs';
import { tidewaiter } from './tools/eslint/plugin.mjs';
import { makeProjectGraph } from './tools/eslint/project-graph.mjs';

await makeProjectGraph();

const tests = [
  '**/*.spec.ts',
  '**/spec-*.ts',
  'libs/**/src/testing/**/*.ts',
  'libs/testing/**/*.ts',
  'apps/e2e/**/*.ts',
];
const readsEnvironment = ['libs/config/**', ...tests];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'coverage/', '.nx/', '.data/', 'libs/db/src/generated/', '**/__fixtures__/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  { plugins: { tidewaiter, '@nx': nx } },
  {
    rules: {
      eqeqeq: 'error',
      'func-style': ['error', 'declaration', { allowArrowFunctions: true }],
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 70 }],
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'tidewaiter/file-names': 'error',
      'tidewaiter/no-focused-tests': 'error',
      'tidewaiter/no-module-mocks': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries({ forTests: false })],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      // "async" also means: what this throws is a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Our interfaces are records of functions; taking one out of such a record is how they are meant to be used.
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        {
          selector: ':not(MethodDefinition[kind="constructor"]) > :function[params.length>4]',
          message: 'More than four parameters: take an options object.',
        },
        {
          selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>6]',
          message: 'A class that needs more than six things is two classes.',
        },
        { selector: 'TSEnumDeclaration', message: 'Use a union of constants ("as const").' },
        {
          selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
          message: '"as unknown as" hides a wrong type: parse the value, or correct the type.',
        },
      ],
      'tidewaiter/constant-log-message': 'error',
      'tidewaiter/lib-imports': 'error',
      'tidewaiter/no-forward-ref': 'error',
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: readsEnvironment,
    rules: { 'tidewaiter/no-process-env': 'error' },
  },
  {
    // Job payloads and settings are schemas by trade; everywhere else a shape of outside data has a file of its own.
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: ['**/*.spec.ts', 'libs/contracts/**', 'libs/config/**', 'libs/queue/**', 'libs/server/**'],
    rules: { 'tidewaiter/schema-files': 'error' },
  },
  {
    // What these read was written by strangers: no input may cost more than its length.
    files: ['deflate', 'formats', 'extractors', 'image', 'sbom', 'feeds', 'versions', 'vex', 'severity', 'reports'].map(
      (lib) => `libs/${lib}/**/*.ts`,
    ),
    plugins: { regexp },
    rules: { 'regexp/no-super-linear-backtracking': 'error', 'regexp/no-super-linear-move': 'error' },
  },
  {
    files: tests,
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries({ forTests: true })],
      // Jest's matchers (expect.any) are typed "any".
      '@typescript-eslint/no-unsafe-assignment': 'off',
      'max-lines-per-function': 'off',
    },
  },
  {
    // AssemblyScript: what converts one kind of number to another looks as if it did nothing, there are no objects to pass options
    // in, and what a byte costs is counted in calls.
    files: ['libs/deflate/assembly/*.ts'],
    rules: {
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      'no-restricted-syntax': 'off',
      'max-lines-per-function': ['error', { max: 100 }],
    },
  },
  {
    // Passes a caller's message on.
    files: ['libs/kit/src/logger.ts'],
    rules: { 'tidewaiter/constant-log-message': 'off' },
  },
  {
    // Programs for a terminal.
    files: ['tools/**', 'bench/**', 'bin/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        WebAssembly: 'readonly',
        TextDecoder: 'readonly',
        clearTimeout: 'readonly',
      },
    },
  },
  { files: ['*.config.ts', '*.config.mjs'], rules: { 'no-restricted-syntax': 'off' } },
);
