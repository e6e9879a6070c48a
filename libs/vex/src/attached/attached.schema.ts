import { z } from 'zod';

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
const Envelope = z.object({ payloadType: z.string().max(255), payload: z.base64() });

/** The envelope alone, or in a bundle of Sigstore's (https://docs.sigstore.dev/about/bundle/). */
export const Enveloped = z.union([
  Envelope,
  z.object({ dsseEnvelope: Envelope }).transform(({ dsseEnvelope }) => dsseEnvelope),
]);
export type Enveloped = z.infer<typeof Enveloped>;

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md; v0.1 differs in names only. */
export const InTotoStatement = z.object({
  _type: z.string().startsWith('https://in-toto.io/Statement/v'),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).max(10_000),
  predicateType: z.string().max(2_000),
  predicate: z.unknown(),
});
export type InTotoStatement = z.infer<typeof InTotoStatement>;
