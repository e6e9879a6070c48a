import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

const require = createRequire(import.meta.url);

/** What the official CycloneDX JSON schema of a version (`1.6`) finds wrong with a document; nothing when it is valid. */
export function cyclonedxFaults(version: string, document: unknown): readonly string[] {
  return faults(cyclonedxValidator(version), document);
}

/** What the official SARIF 2.1.0 schema finds wrong with a document; nothing when it is valid. */
export function sarifFaults(document: unknown): readonly string[] {
  return faults(sarifValidator(), document);
}

const validators = new Map<string, ValidateFunction>();

function cyclonedxValidator(version: string): ValidateFunction {
  return cached(`cyclonedx ${version}`, () => {
    const folder = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema');
    const ajv = validator();
    for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
      const file = `${name}.SNAPSHOT.schema.json`;
      ajv.addSchema(readSchema(join(folder, file)), `http://cyclonedx.org/schema/${file}`);
    }
    // Versions before 1.4 have a lenient and a strict schema.
    const strict = version < '1.4' ? '-strict' : '';
    return ajv.compile(readSchema(join(folder, `bom-${version}${strict}.SNAPSHOT.schema.json`)));
  });
}

function sarifValidator(): ValidateFunction {
  return cached('sarif', () => {
    const schema = readSchema(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
    // Draft 4, of which it uses nothing that draft 7 reads differently but the name of the id.
    const draft4 = new Set(['$schema', 'id']);
    return validator().compile(Object.fromEntries(Object.entries(schema).filter(([key]) => !draft4.has(key))));
  });
}

function cached(key: string, make: () => ValidateFunction): ValidateFunction {
  const validate = validators.get(key) ?? make();
  validators.set(key, validate);
  return validate;
}

function validator(): Ajv {
  // The schemas predate the stricter reading of regular expressions.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  // Formats for which the checker has no rule: any text.
  for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true);
  return ajv;
}

function readSchema(path: string): object {
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}

function faults(validate: ValidateFunction, document: unknown): readonly string[] {
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
