import type { Descriptor } from '@tidewaiter/contracts';
import type { ManifestDocument } from '../client';
import { ManifestParts } from '../documents.schema';

/** The first manifest of an index; undefined when it is none. */
export function firstChild(document: ManifestDocument): string | undefined {
  return partsOf(document).manifests?.[0]?.digest;
}

/** The configuration of an image: small, and where every other blob is. */
export function firstBlob(document: ManifestDocument): Descriptor | undefined {
  const { config } = partsOf(document);
  return config;
}

function partsOf(document: ManifestDocument): ManifestParts {
  const parsed = ManifestParts.safeParse(JSON.parse(Buffer.from(document.bytes).toString('utf8')));
  return parsed.success ? parsed.data : {};
}
