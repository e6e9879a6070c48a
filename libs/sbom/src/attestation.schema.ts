import { z } from 'zod';

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export const DsseEnvelope = z.object({ payloadType: z.string(), payload: z.string() });

/** https://docs.sigstore.dev/about/bundle/ */
export const SigstoreBundle = z.object({ dsseEnvelope: DsseEnvelope });

/** https://github.com/in-toto/attestation/blob/main/spec/README.md */
export const Statement = z.object({ predicateType: z.string(), predicate: z.unknown() });

/** How early versions of cosign wrap what they sign. */
export const CosignPredicate = z.object({ Data: z.unknown() });
