import type { Problem, Release } from '@tidewaiter/contracts';
import type { ComponentGraph } from './component-graph';
import type { StatedImage } from './stated-image';

/** What a document says of one component, whatever its format. Nothing is interpreted yet. */
export interface SbomComponent {
  readonly name: string;
  readonly version?: string | undefined;
  readonly purl?: string | undefined;
  readonly cpes: readonly string[];
  readonly licenses: readonly string[];
  /** Files it was read from, without a leading slash. */
  readonly locations: readonly string[];
  /** The source package, where the document names it beside the purl. */
  readonly source?: { readonly name: string; readonly version?: string | undefined } | undefined;
  /** The package URL, as the document has it, of a package that owns the files of this one. */
  readonly ownedBy?: string | undefined;
  /** What only our own documents say of a package beside all this. */
  readonly ours?: OwnFacts | undefined;
}

/** As in the inventory that the document was made from. */
export interface OwnFacts {
  readonly isLocked?: boolean;
  readonly isVendored?: boolean;
}

export interface SbomContent {
  /** `CycloneDX 1.6`, for people. */
  readonly format: string;
  readonly components: readonly SbomComponent[];
  /** The operating system that the document describes. */
  readonly os?: Release | undefined;
  /** Manifest digest of the image that the document describes. */
  readonly digest?: string | undefined;
  /** How the document names that image. */
  readonly image?: StatedImage | undefined;
  /** Undefined for a format of which none is read. */
  readonly graph?: ComponentGraph | undefined;
  readonly problems: readonly Problem[];
}

export interface SbomLimits {
  /** Of the document, also after it was inflated. */
  readonly documentBytes: number;
  readonly components: number;
  /** Components inside components. */
  readonly depth: number;
}

export interface SbomFormat {
  readonly name: string;
  /** As the document has it. */
  readonly version: string;
  readonly known: RegExp;
}

/** What a document says beside its components. */
export interface DocumentFacts {
  readonly os: Release | undefined;
  readonly digest?: string | undefined;
  readonly image?: StatedImage | undefined;
  readonly graph?: ComponentGraph | undefined;
  readonly gaps?: readonly Problem[];
}

const maxGaps = 1000;
/** Of a name or a version: what is longer is damage. */
const maxTextChars = 1024;

/** Says what advisories there were when the document was made, and nothing of the document. */
const ofScans = 'ecosystem-not-covered';

/** What a document says is missing from it: our own problems as they were, or else only that it is not all. */
export function statedGaps(problemTexts: readonly string[], isIncomplete: boolean): readonly Problem[] {
  const own = problemTexts.slice(0, maxGaps).flatMap((text) => {
    const [, code, message] = /^([a-z][a-z0-9-]{1,63}): (.+)$/s.exec(text) ?? [];
    return code === undefined || message === undefined || code === ofScans ? [] : [{ code, message }];
  });
  if (own.length > 0 || !isIncomplete) return own;
  return [{ code: 'sbom-incomplete', message: 'The document says itself that it does not name everything there is.' }];
}

/** The version that documents give an image is the digest of its manifest. */
export function imageDigest(version: string | undefined): string | undefined {
  return /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(version ?? '') ? version : undefined;
}

/** Collects components and stops, with a problem, where there are too many. */
export class ComponentList {
  readonly components: SbomComponent[] = [];
  readonly problems: Problem[] = [];
  #malformed = 0;

  constructor(private readonly limits: SbomLimits) {}

  add(component: SbomComponent): void {
    if (component.name.length > maxTextChars || (component.version ?? '').length > maxTextChars) this.malformed();
    else if (this.components.length < this.limits.components) this.components.push(component);
    else if (this.problems.length === 0) {
      this.problems.push({
        code: 'sbom-too-many-components',
        message: `The document has more than ${this.limits.components} components; the rest is not read.`,
      });
    }
  }

  malformed(): void {
    this.#malformed += 1;
  }

  tooDeep(): void {
    if (this.problems.some(({ code }) => code === 'sbom-too-deep')) return;
    this.problems.push({
      code: 'sbom-too-deep',
      message: `Components are nested deeper than ${this.limits.depth}; what is further inside is not read.`,
    });
  }

  content({ name, version, known }: SbomFormat, about: DocumentFacts): SbomContent {
    const format = `${name} ${version.slice(0, 100)}`;
    const unknown: readonly Problem[] = known.test(version)
      ? []
      : [
          {
            code: 'sbom-version-unknown',
            message: `The document is ${format}, a version that is not known here. It was read as the last that is: packages may be missing.`,
          },
        ];
    const malformed: readonly Problem[] =
      this.#malformed === 0
        ? []
        : [
            {
              code: 'sbom-component-invalid',
              message: `${this.#malformed} components are not as ${format} wants them (no name, for example, or one of thousands of characters) and are not read.`,
            },
          ];
    const { os, digest, image, graph, gaps = [] } = about;
    const problems = [...unknown, ...this.problems, ...malformed, ...gaps];
    return { format, components: this.components, os, digest, image, graph, problems };
  }
}

/** From facts under the names that libs/reports writes. Undefined in a document of somebody else's. */
export function ownFacts(fact: (name: string) => string | undefined): OwnFacts | undefined {
  if (fact('ecosystem') === undefined) return undefined;
  return {
    ...(fact('isLocked') === 'true' ? { isLocked: true } : {}),
    ...(fact('isVendored') === 'true' ? { isVendored: true } : {}),
  };
}

/** Paths in an image are kept without the leading slash. */
export function imagePath(path: string): string {
  return path.replace(/^\/+/, '');
}

/** `1:2.3-4` from its parts, as Trivy states source versions. */
export function versionOf(parts: {
  readonly epoch?: string | undefined;
  readonly version: string;
  readonly release?: string | undefined;
}): string {
  const { epoch, version, release } = parts;
  const withRelease = release === undefined || release === '' ? version : `${version}-${release}`;
  return epoch === undefined || epoch === '' || epoch === '0' ? withRelease : `${epoch}:${withRelease}`;
}
