import { mediaTypes, type OciDocument, type Platform } from '@tidewaiter/contracts';
import { err, ok, type Result } from '@tidewaiter/kit';
import type { z } from 'zod';
import { digestOf } from '../digest';
import type { Limits } from '../limits';
import { ConfigDocument, IndexDocument, ManifestDocument } from './documents.schema';
import { instructionOf } from './instruction';

/** Why a document is not read as an image. The codes are stable. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** It could not be had from where it is. Nothing is known against it: another day or another setting may give it. */
  readonly isUnavailable?: true;
}

export type ImageDocument =
  | { readonly kind: 'index'; readonly index: IndexDocument }
  | { readonly kind: 'manifest'; readonly manifest: ManifestDocument };

/**
 * A manifest in the words of this project for archives that have none (docker-archive): same JSON as Docker's schema 2, but the
 * digest is ours and means nothing outside.
 */
export const archiveManifestType = 'application/vnd.tidewaiter.docker-archive.manifest.v1+json';

const indexTypes: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerIndex];
const manifestTypes: readonly string[] = [mediaTypes.ociManifest, mediaTypes.dockerManifest, archiveManifestType];
const configTypes: readonly string[] = [mediaTypes.ociConfig, mediaTypes.dockerConfig];

/** Checks size and digest, then tells index from manifest by the body, never by the label alone. */
export function readDocument(
  document: OciDocument,
  descriptor: { readonly digest: string; readonly size?: number },
  limits: Limits,
): Result<ImageDocument, Refusal> {
  const json = readJson(document.bytes, descriptor, 'manifest', limits);
  if (!json.ok) return json;
  const body = json.value;
  if (body['schemaVersion'] === 1) {
    return refuse(
      'manifest-schema-1',
      'it is a Docker schema 1 manifest, which registries no longer accept; push the image again',
    );
  }
  // One document that reads as both could be scanned as one thing and run as the other (CVE-2021-41190).
  const isIndex = 'manifests' in body;
  const isManifest = 'layers' in body || 'config' in body;
  if (isIndex && isManifest) return refuse('manifest-ambiguous', 'it is both an index and an image manifest');
  const stated = typeof body['mediaType'] === 'string' ? body['mediaType'] : undefined;
  for (const type of [stated, document.mediaType]) {
    if (type === undefined) continue;
    if ((indexTypes.includes(type) && isManifest) || (manifestTypes.includes(type) && isIndex)) {
      return refuse('manifest-ambiguous', `its content is not what its media type "${type}" says`);
    }
  }
  if (isIndex) return parsed(IndexDocument, body, 'index', (index) => ({ kind: 'index', index }));
  if (isManifest) return parsed(ManifestDocument, body, 'manifest', (manifest) => ({ kind: 'manifest', manifest }));
  return refuse(
    'manifest-unknown',
    `it is neither an index nor an image manifest (media type "${stated ?? document.mediaType}")`,
  );
}

export function readConfig(
  bytes: Uint8Array,
  descriptor: { readonly digest: string; readonly size?: number },
  limits: Limits,
): Result<ConfigDocument, Refusal> {
  const json = readJson(bytes, descriptor, 'config', limits);
  if (!json.ok) return json;
  return parsed(ConfigDocument, json.value, 'config', (config) => config);
}

/** OCI image-spec manifest.md, "Guidelines for Artifact Usage": without a type of its own it has that of its config. */
export function artifactTypeOf({ artifactType, config }: ManifestDocument): string {
  return artifactType === undefined || artifactType === null || artifactType === '' ? config.mediaType : artifactType;
}

/** Says neither that it is an image nor that it is none: that is told by its config. */
export function isUntyped(manifest: ManifestDocument): boolean {
  return artifactTypeOf(manifest) === '';
}

export function artifactRefusal(manifest: ManifestDocument): Refusal {
  const message = `it is an artifact of type "${artifactTypeOf(manifest)}" and not a container image`;
  return { code: 'manifest-artifact', message };
}

/** Manifests that are no container image: recognised by what they say of themselves, before anything is pulled. */
export function refusalOfManifest(manifest: ManifestDocument, limits: Limits): Refusal | undefined {
  if (!configTypes.includes(manifest.config.mediaType) && !isUntyped(manifest)) return artifactRefusal(manifest);
  if (manifest.layers.length > limits.layers) {
    return {
      code: 'image-too-many-layers',
      message: `it has ${manifest.layers.length} layers; the limit is ${limits.layers}`,
    };
  }
  if (manifest.layers.some((layer) => layer.mediaType.includes('in-toto'))) {
    return { code: 'manifest-attestation', message: 'it is a build attestation and not a container image' };
  }
  return undefined;
}

/** A layer that cannot be read by its kind. It is a problem of that layer only. */
export function refusalOfLayer(mediaType: string): Refusal | undefined {
  if (mediaType.includes('+encrypted')) {
    return { code: 'layer-encrypted', message: 'it is encrypted' };
  }
  if (mediaType.includes('nondistributable') || mediaType.includes('foreign')) {
    // It may lie there all the same: whether it does is nothing that its type says.
    const message = 'it is foreign or non-distributable, a kind of layer that is not supported';
    return { code: 'layer-foreign', message };
  }
  return undefined;
}

export function isAttestation(descriptor: {
  readonly platform?: Platform | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}): boolean {
  if (descriptor.annotations?.['vnd.docker.reference.type'] !== undefined) return true;
  return descriptor.platform?.os === 'unknown' && descriptor.platform.architecture === 'unknown';
}

export function platformOf(config: ConfigDocument): Platform | undefined {
  if (config.os === undefined || config.architecture === undefined) return undefined;
  if (config.os === '' || config.architecture === '') return undefined;
  return {
    os: config.os,
    architecture: config.architecture,
    ...(config.variant === undefined || config.variant === '' ? {} : { variant: config.variant }),
    ...(config['os.version'] === undefined ? {} : { 'os.version': config['os.version'] }),
  };
}

/** The instruction behind each layer, or nothing when history and layers do not line up: a guess would name the wrong line. */
export function instructionsOf(config: ConfigDocument, layerCount: number): readonly (string | undefined)[] {
  const history = (config.history ?? []).filter((entry) => entry.empty_layer !== true);
  if (history.length !== layerCount) return Array.from({ length: layerCount }, () => undefined);
  return history.map((entry) => instructionOf(entry.created_by));
}

function readJson(
  bytes: Uint8Array,
  descriptor: { readonly digest: string; readonly size?: number },
  what: string,
  limits: Limits,
): Result<Record<string, unknown>, Refusal> {
  if (bytes.length > limits.documentBytes) {
    return refuse(`${what}-too-large`, `it has ${bytes.length} bytes; the limit is ${limits.documentBytes}`);
  }
  if (descriptor.size !== undefined && bytes.length !== descriptor.size) {
    return refuse(`${what}-size-mismatch`, `it has ${bytes.length} bytes where ${descriptor.size} were stated`);
  }
  const actual = digestOf(bytes, descriptor.digest);
  if (actual !== descriptor.digest) return refuse(`${what}-digest-mismatch`, `its bytes hash to ${actual}`);
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(value)) return ok(value);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  return refuse(`${what}-invalid`, 'it is not a JSON object');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed<T, R>(schema: z.ZodType<T>, body: unknown, what: string, wrap: (value: T) => R): Result<R, Refusal> {
  const result = schema.safeParse(body);
  if (result.success) return ok(wrap(result.data));
  const issue = result.error.issues[0];
  return refuse(
    `${what}-invalid`,
    `its field "${issue?.path.join('.') ?? ''}" is not valid: ${issue?.message ?? 'unknown'}`,
  );
}

function refuse(code: string, message: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code, message });
}
