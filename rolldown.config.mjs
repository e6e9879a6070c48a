import { defineConfig } from 'rolldown';

/** One bundle a program: our code inside, packages outside. */
const programs = {
  standalone: 'apps/standalone/src/main.ts',
  receiver: 'apps/receiver/src/main.ts',
  scheduler: 'apps/scheduler/src/main.ts',
  worker: 'apps/worker/src/main.ts',
  migrate: 'apps/migrate/src/main.ts',
  api: 'apps/api/src/main.ts',
  'acr-emulator': 'apps/acr-emulator/src/main.ts',
};

const common = {
  platform: 'node',
  tsconfig: './tsconfig.base.json',
  external: [/^node:/, /^(?!@tidewaiter\/|@oxc-project\/|zod$|zod\/|saxes$|xmlchars|smol-toml$)[@a-z]/],
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  },
};

/** Alone, a program leaves out what only the others need, and starts the sooner. */
const lean = { ...common, treeshake: { moduleSideEffects: false } };

export default defineConfig([
  // The first one takes away what the last build left; the others add to it.
  { ...common, input: programs, output: { ...common.output, cleanDir: true } },
  { ...lean, input: { cli: 'apps/cli/src/main.ts' } },
  // Started as threads by what lies beside them.
  {
    ...lean,
    input: {
      'layer-thread': 'libs/engine/src/threads/layer-thread.ts',
      'writer-thread': 'libs/advisory-store/src/threads/writer-thread.ts',
      'reader-thread': 'libs/advisory-store/src/threads/reader-thread.ts',
    },
  },
]);
