import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';

/**
 * The SQL that leads from one Prisma schema to another; from nothing when `before` is undefined. Prisma's engine in its
 * WebAssembly form asks the server for its version only (reading a live schema fails in that form, so nothing here
 * does).
 */
export async function schemaDifference(serverUrl, before, after) {
  const schemaEngine = await openEngine(serverUrl, after);
  const result = await schemaEngine.diff({
    from: before === undefined ? { tag: 'empty' } : schemaTarget(before),
    to: schemaTarget(after),
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  return result.exitCode === 0 ? '' : (result.stdout ?? '');
}

function schemaTarget(content) {
  return { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] };
}

let instantiated = false;

async function openEngine(serverUrl, content) {
  if (!instantiated) {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
    const wasm = readFileSync(entry.replace('schema_engine.js', 'schema_engine_bg.wasm'));
    const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engine });
    engine.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    instantiated = true;
  }
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: serverUrl }));
  return engine.SchemaEngine.new({ datamodels: [['schema.prisma', content]] }, () => {}, adapter);
}
