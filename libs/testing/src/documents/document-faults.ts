import type { z } from 'zod';
import { cyclonedxFaults, sarifFaults } from './official-schemas';
import { OpenVexDocument } from './openvex.schema';
import { SpdxDocument } from './spdx.schema';

const checks: Readonly<Record<string, (document: unknown) => readonly string[]>> = {
  cyclonedx: (document) => cyclonedxFaults('1.6', document),
  openvex: (document) => shapeFaults(OpenVexDocument, document),
  sarif: sarifFaults,
  spdx: (document) => shapeFaults(SpdxDocument, document),
};

/**
 * What is wrong with a document of the format, nothing when it is valid: by the official schema where a package carries it, and
 * otherwise by what the specification says of the fields that we write.
 */
export function documentFaults(format: string, document: unknown): readonly string[] {
  const check = checks[format];
  return check === undefined ? [`nothing checks ${format}`] : check(document);
}

function shapeFaults(shape: z.ZodType, document: unknown): readonly string[] {
  const parsed = shape.safeParse(document);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('/')} ${message}`);
}
