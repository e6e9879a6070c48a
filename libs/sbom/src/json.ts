import { err, messageOf, ok, type Result } from '@tidewaiter/kit';
import { CosignPredicate, DsseEnvelope, SigstoreBundle, Statement } from './attestation.schema';
import type { SbomContent, SbomLimits } from './component';
import { cyclonedxContent } from './cyclonedx/cyclonedx';
import { CycloneDxDocument } from './cyclonedx/cyclonedx.schema';
import type { SbomFault } from './decoding';
import { spdxContent } from './spdx/spdx';
import { SpdxDocument } from './spdx/spdx.schema';
import { spdx3Content } from './spdx-3/spdx-3';
import { Spdx3Document } from './spdx-3/spdx-3.schema';

export function contentOfJson(text: string, limits: SbomLimits): Result<SbomContent, SbomFault> {
  const value = parsed(text);
  return value.ok ? contentOfValue(value.value, limits, 0) : value;
}

function parsed(text: string): Result<unknown, SbomFault> {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return err({ code: 'sbom-invalid', message: `is no valid JSON (${messageOf(error)})` });
  }
}

/** Bundle, envelope, statement, predicate, and cosign's wrapping of it. */
const maxWrappings = 5;

function contentOfValue(value: unknown, limits: SbomLimits, wrappings: number): Result<SbomContent, SbomFault> {
  const cyclonedx = CycloneDxDocument.safeParse(value);
  if (cyclonedx.success) return ok(cyclonedxContent(cyclonedx.data, limits));
  const spdx = SpdxDocument.safeParse(value);
  if (spdx.success) return ok(spdxContent(spdx.data, limits));
  const spdx3 = Spdx3Document.safeParse(value);
  if (spdx3.success && spdx3.data['@context'].includes('spdx.org/rdf/3')) return ok(spdx3Content(spdx3.data, limits));
  const inside = unwrapped(value);
  if (!inside.ok) return inside;
  if (inside.value !== undefined && wrappings < maxWrappings)
    return contentOfValue(inside.value, limits, wrappings + 1);
  return err({
    code: 'sbom-unrecognised',
    message: 'is JSON, but neither CycloneDX nor SPDX nor an attestation of one',
  });
}

/** What an attestation is about; undefined where the value is none. */
function unwrapped(value: unknown): Result<unknown, SbomFault> {
  const bundle = SigstoreBundle.safeParse(value);
  if (bundle.success) return ok(bundle.data.dsseEnvelope);
  const envelope = DsseEnvelope.safeParse(value);
  if (envelope.success) return parsed(Buffer.from(envelope.data.payload, 'base64').toString('utf8'));
  const statement = Statement.safeParse(value);
  if (statement.success) return ok(statement.data.predicate);
  const cosign = CosignPredicate.safeParse(value);
  if (!cosign.success) return ok(undefined);
  return typeof cosign.data.Data === 'string' ? parsed(cosign.data.Data) : ok(cosign.data.Data);
}
