import type { VexStatement } from '@tidewaiter/contracts';
import { readVex } from '../read-vex';
import { isVexProblem, type VexProblem } from '../vex-problem';
import { Enveloped, InTotoStatement } from './attached.schema';

/** What the registry says of a document before it is fetched. */
interface StatedTypes {
  readonly artifactType?: string | undefined;
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const openVex = /^https:\/\/openvex\.dev\/ns/;
/** An attestation may hold anything; the document says what. */
const attestations = /\b(?:in-toto|dsse\.envelope|dev\.sigstore\.bundle)\b|\bcosign\b.*\batt\b/;
const documents = /openvex|csaf|cyclonedx.*vex|vex.*cyclonedx/;
/** Says nothing of what is in it: an artifact without a type of its own, or a list of others under the tag that stands for it. */
const unspecific = /^(?:application\/vnd\.oci\.|referrers$)/;

/** Whether something attached to an image may hold VEX, by the type its registry states, and is worth reading. */
export function mayHoldVex(artifactType: string | undefined): boolean {
  if (artifactType === undefined) return true;
  return [documents, attestations, unspecific].some((types) => types.test(artifactType));
}

/** Whether a document of an attachment is worth fetching. */
export function mayBeVex({ artifactType = '', mediaType, annotations = {} }: StatedTypes): boolean {
  // Who attests mostly says what about: bills of materials have megabytes.
  const predicate = predicateKeys.map((key) => annotations[key]).find((type) => type !== undefined);
  if (predicate !== undefined) return openVex.test(predicate);
  return [artifactType, mediaType].some((type) => documents.test(type) || attestations.test(type));
}

/** Of cosign, BuildKit and Sigstore's bundles. */
const predicateKeys = ['predicateType', 'in-toto.io/predicate-type', 'dev.sigstore.bundle.predicateType'];

export interface AttachedVex {
  readonly statements: readonly VexStatement[];
  readonly problems: readonly VexProblem[];
}

/**
 * What a document attached to `subject` (a digest) says: VEX of any format, as it is, as an in-toto statement, in an envelope or in
 * a bundle. No signature is checked, so nobody is known to have said it. Of an attestation about something else it is nothing.
 */
export function readAttachedVex(json: unknown, subject: string): AttachedVex {
  const enveloped = Enveloped.safeParse(json);
  const content = enveloped.success ? payloadOf(enveloped.data) : json;
  const attestation = InTotoStatement.safeParse(content);
  if (!attestation.success) return vexIn(content);
  const { predicateType, predicate, subject: subjects } = attestation.data;
  if (!openVex.test(predicateType)) return { statements: [], problems: [] };
  const isMeant = subjects.some(({ digest }) =>
    Object.entries(digest).some(([algorithm, hex]) => `${algorithm}:${hex}` === subject),
  );
  if (isMeant) return vexIn(predicate);
  const message = `speaks of another image than ${subject}, which it is attached to`;
  return { statements: [], problems: [{ code: 'vex-subject-other', message }] };
}

function vexIn(content: unknown): AttachedVex {
  const found = readVex(content);
  if (found === undefined) {
    const message = 'is no VEX document: neither OpenVEX nor CSAF 2.0 nor CycloneDX, or not complete';
    return { statements: [], problems: [{ code: 'vex-format-unknown', message }] };
  }
  const items = [...found];
  return {
    statements: items.filter((item): item is VexStatement => !isVexProblem(item)),
    problems: items.filter(isVexProblem),
  };
}

function payloadOf({ payload }: Enveloped): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
  } catch {
    // The reader of documents refuses undefined, and says so.
    return undefined;
  }
}
