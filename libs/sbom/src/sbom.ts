import type { Problem, Release } from '@tidewaiter/contracts';
import { readXml } from '@tidewaiter/formats';
import { err, ok, type Result } from '@tidewaiter/kit';
import type { SbomContent, SbomLimits } from './component';
import type { ComponentGraph } from './component-graph';
import { cyclonedxContent } from './cyclonedx/cyclonedx';
import { cyclonedxOfXml } from './cyclonedx/cyclonedx-xml';
import { inflated, textOf, type SbomFault } from './decoding';
import { contentOfJson } from './json';
import { namePackages, type SbomPackage } from './packages';
import { spdxContent } from './spdx/spdx';
import { isTagValue, spdxOfTagValue } from './spdx/tag-value';
import type { StatedImage } from './stated-image';

const mebibyte = 1024 * 1024;

export const sbomLimits: SbomLimits = { documentBytes: 256 * mebibyte, components: 1_000_000, depth: 64 };

/** A bill of materials as an image's extractors would have read it. */
export interface Sbom {
  readonly format: string;
  readonly os: Release | undefined;
  /** Of the image that the document is about. */
  readonly digest: string | undefined;
  readonly image: StatedImage | undefined;
  readonly graph: ComponentGraph | undefined;
  readonly packages: readonly SbomPackage[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a bill of materials, recognised by what is in it: CycloneDX as JSON or XML, SPDX 2 as JSON or tag-value, SPDX 3, each
 * also gzipped or inside an in-toto attestation. The error says why it is none.
 */
export function readSbom(bytes: Uint8Array, limits: SbomLimits = sbomLimits): Result<Sbom, SbomFault> {
  const plain = inflated(bytes, limits);
  if (!plain.ok) return plain;
  const content = contentOf(plain.value, limits);
  if (!content.ok) return content;
  const { format, os, digest, image, graph, problems } = content.value;
  const named = namePackages(content.value);
  return ok({
    format,
    os: os ?? commonRelease(named.packages),
    digest,
    image,
    graph,
    packages: named.packages,
    problems: [...problems, ...named.problems],
  });
}

function contentOf(bytes: Uint8Array, limits: SbomLimits): Result<SbomContent, SbomFault> {
  const text = textOf(bytes);
  const start = text.trimStart().charAt(0);
  if (start === '{') return contentOfJson(text, limits);
  if (start === '<') return contentOfXml(bytes, limits);
  const read = isTagValue(text) ? spdxOfTagValue(text) : undefined;
  if (read === undefined) return err({ code: 'sbom-unrecognised', message: 'is neither CycloneDX nor SPDX' });
  const found = spdxContent(read.document, limits);
  return ok(read.openTag === undefined ? found : { ...found, problems: [...found.problems, cutOff(read.openTag)] });
}

function cutOff(tag: string): Problem {
  const message = `The text of ${tag.slice(0, 100)} has no end: the document is cut off, and packages may be missing.`;
  return { code: 'sbom-cut-off', message };
}

/** From the bytes: a document of XML says itself how it is encoded. */
function contentOfXml(bytes: Uint8Array, limits: SbomLimits): Result<SbomContent, SbomFault> {
  const root = readXml(bytes);
  if (!root.ok) {
    const { code, message } = root.error;
    return err({ code: code === 'xml-too-large' ? 'sbom-too-large' : 'sbom-invalid', message });
  }
  const document = cyclonedxOfXml(root.value);
  if (document !== undefined) return ok(cyclonedxContent(document, limits));
  return err({
    code: 'sbom-unrecognised',
    message: `is XML, but no CycloneDX: its root element is "${root.value.name}"`,
  });
}

/** A document without a word about its operating system: what all its distribution packages say. */
function commonRelease(packages: readonly SbomPackage[]): Release | undefined {
  const stated = packages.flatMap(({ isDistro, release }) => (isDistro ? [release] : []));
  const [first, ...others] = new Map(stated.map((release) => [JSON.stringify(release), release])).values();
  return others.length === 0 ? first : undefined;
}
