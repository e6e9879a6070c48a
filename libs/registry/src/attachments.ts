import { createHash } from 'node:crypto';
import { Digest, type Descriptor } from '@tidewaiter/contracts';
import { OperationalError, UserError } from '@tidewaiter/kit';
import type { ManifestDocument, RegistryClient } from './client';
import { ArtifactManifest, ReferrersPage, type Referrer } from './documents.schema';
import type { Subject } from './failures';
import { readDocument } from './pages';

/** More of them on one image is no way to say something about it. */
const maxAttachments = 1_000;
const maxDocuments = 50;
const maxDocumentBytes = 16 * 1024 * 1024;

/** A manifest that somebody attached to another: anyone who may push can, and nothing of it has been checked. */
export interface Attachment {
  readonly digest: string;
  /** What the list or the index says it is; often nothing. */
  readonly artifactType: string | undefined;
}

/** One document of an attachment: a layer of its manifest. */
export interface AttachedDocument extends Descriptor {
  readonly artifactType: string | undefined;
}

export interface AttachmentPlace {
  readonly client: RegistryClient;
  readonly repository: string;
}

/**
 * What is attached to a manifest, each once, wherever clients put it: in the registry's list (OCI distribution-spec,
 * "Listing Referrers"), under the tag that stands for the list where a registry has none ("Referrers Tag Schema"; clients
 * write it to others as well), and under cosign's tag for attestations.
 * @throws OperationalError `attachments-too-many`
 */
export async function* attachmentsOf(
  place: AttachmentPlace,
  subject: string,
): AsyncGenerator<Attachment, void, undefined> {
  const seen = new Set<string>();
  for await (const attachment of everywhere(place, Digest.parse(subject))) {
    if (seen.has(attachment.digest)) continue;
    if (seen.size >= maxAttachments) {
      throw new OperationalError(
        'attachments-too-many',
        `more than ${String(maxAttachments)} manifests are attached to ${place.repository}@${subject}; the rest was not read`,
      );
    }
    seen.add(attachment.digest);
    yield attachment;
  }
}

async function* everywhere(place: AttachmentPlace, subject: string): AsyncGenerator<Attachment, void, undefined> {
  yield* listed(place, subject);
  const tag = subject.replace(':', '-');
  const index = await tagged(place, tag);
  // A registry may take the tag for another spelling of the digest, and answer with the subject itself (GitLab's does:
  // https://github.com/oras-project/oras-go/issues/1396): what an index leads to is not attached to it.
  if (index !== undefined && index.digest !== subject) {
    const { manifests } = readDocument(index.bytes, ReferrersPage, about(place, tag));
    yield* (manifests ?? []).map(attachmentOf);
  }
  const attestations = await tagged(place, `${tag}.att`);
  if (attestations !== undefined) yield { digest: attestations.digest, artifactType: undefined };
}

async function* listed(
  { client, repository }: AttachmentPlace,
  subject: string,
): AsyncGenerator<Attachment, void, undefined> {
  try {
    for await (const referrer of client.referrers(repository, subject)) yield attachmentOf(referrer);
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'registry-api-missing')) throw error;
  }
}

async function tagged({ client, repository }: AttachmentPlace, tag: string): Promise<ManifestDocument | undefined> {
  try {
    return await client.manifest(repository, tag);
  } catch (error) {
    if (error instanceof UserError && error.code === 'manifest-unknown') return undefined;
    throw error;
  }
}

/**
 * What an attachment consists of; what it is stands in its manifest, or in its configuration's type.
 * @throws OperationalError `attachments-too-many`
 */
export async function documentsOf(
  place: AttachmentPlace,
  attachment: Attachment,
): Promise<readonly AttachedDocument[]> {
  const { bytes } = await place.client.manifest(place.repository, attachment.digest);
  const manifest = readDocument(bytes, ArtifactManifest, about(place, attachment.digest));
  const artifactType = attachment.artifactType ?? manifest.artifactType ?? manifest.config?.mediaType;
  const layers = manifest.layers ?? [];
  if (layers.length > maxDocuments) {
    throw new OperationalError(
      'attachments-too-many',
      `${place.repository}@${attachment.digest} has more than ${String(maxDocuments)} documents; none of them was read`,
    );
  }
  return layers.map((layer) => ({
    ...layer,
    artifactType,
    annotations: { ...manifest.annotations, ...layer.annotations },
  }));
}

/** @throws OperationalError `attachment-too-large`, `attachment-digest-mismatch`, `attachment-invalid` */
export async function readAttached(
  { client, repository }: AttachmentPlace,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): Promise<unknown> {
  const what = `${digest}, attached in ${client.host}/${repository},`;
  if (size > maxDocumentBytes) {
    const message = `${what} has ${String(size)} bytes, more than the ${String(maxDocumentBytes)} that are read of a document`;
    throw new OperationalError('attachment-too-large', message);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of client.blob(repository, { digest, size })) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const [algorithm = ''] = digest.split(':');
  if (`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` !== digest)
    throw new OperationalError('attachment-digest-mismatch', `${what} has other content than its digest names`);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new OperationalError('attachment-invalid', `${what} is not JSON, though its type says so`);
  }
}

function attachmentOf({ digest, artifactType }: Referrer): Attachment {
  return { digest, artifactType: artifactType ?? undefined };
}

function about({ client, repository }: AttachmentPlace, reference: string): Subject {
  return {
    what: `what is attached as ${repository} ${reference}`,
    host: client.host,
    whenMissing: 'manifest-unknown',
  };
}
