import { defineConfig } from 'rolldown';

/** One bundle a program: our code inside, packages outside. Shared chunks keep the command line's start small. */
const programs = {
  standalone: 'apps/standalone/src/main.ts',
  receiver: 'apps/receiver/src/main.ts',
  scheduler: 'apps/scheduler/src/main.ts',
  worker: 'apps/worker/src/main.ts',
  migrate: 'apps/migrate/src/main.ts',
  api: 'apps/api/src/main.ts',
  cli: 'apps/cli/src/main.ts',
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

export default defineConfig([
  { ...common, input: programs },
  // Started as threads by what lies beside them: alone they leave out what only the programs need.
  {
    ...common,
    input: {
      'layer-thread': 'libs/engine/src/threads/layer-thread.ts',
      'writer-thread': 'libs/advisory-store/src/writer-thread.ts',
    },
    treeshake: { moduleSideEffects: false },
  },
]);
