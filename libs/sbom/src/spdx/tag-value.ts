import { SpdxDocument } from './spdx.schema';

/** Tags of a package's fields and what the JSON form calls them. */
const packageFields: Readonly<Record<string, string>> = {
  SPDXID: 'SPDXID',
  PackageVersion: 'versionInfo',
  PackageSourceInfo: 'sourceInfo',
  PackageSummary: 'summary',
  PackageLicenseDeclared: 'licenseDeclared',
  PrimaryPackagePurpose: 'primaryPackagePurpose',
};

/** Whether a text is a document of this form: its first line that is no comment says the version. */
export function isTagValue(text: string): boolean {
  for (let at = 0; at < text.length;) {
    const end = endOfLine(text, at);
    const line = text.slice(at, end).trim();
    if (line !== '' && !line.startsWith('#')) return line.startsWith('SPDXVersion:');
    at = end + 1;
  }
  return false;
}

interface PackageFields {
  readonly externalRefs: object[];
  readonly annotations: object[];
  [field: string]: unknown;
}

interface ElementAnnotation {
  readonly element: string;
  readonly comment: string;
}

/**
 * The same document as its JSON form. https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements:
 * a line is `Tag: value`, a value over several lines stands between <text> and </text>, `PackageName` begins a package.
 */
export function spdxOfTagValue(text: string): TagValueDocument | undefined {
  const reader = new TagValueReader();
  let openTag: string | undefined;
  for (const [tag, value] of tagsOf(text)) {
    if (value === undefined) openTag = tag;
    else reader.take(tag, value);
  }
  const parsed = SpdxDocument.safeParse(reader.document());
  return parsed.success ? { document: parsed.data, openTag } : undefined;
}

interface TagValueDocument {
  readonly document: SpdxDocument;
  /** Whose text has no end: what comes after it, perhaps all packages, was not read. */
  readonly openTag: string | undefined;
}

class TagValueReader {
  #version: string | undefined;
  #package: PackageFields | undefined;
  /** A file or snippet has fields of the same names, and so has a licence. */
  #isInPackage = false;
  #annotation: { comment: string | undefined } = { comment: undefined };
  #licenseId: string | undefined;
  readonly #packages: PackageFields[] = [];
  readonly #byId = new Map<string, PackageFields>();
  readonly #annotations: ElementAnnotation[] = [];
  readonly #relationships: object[] = [];
  readonly #licenses: object[] = [];

  take(tag: string, value: string): void {
    if (tag === 'PackageName') {
      this.#package = { name: value, externalRefs: [], annotations: [] };
      this.#packages.push(this.#package);
      this.#isInPackage = true;
      return;
    }
    if (tag === 'FileName' || tag === 'SnippetSPDXID' || tag === 'LicenseID') this.#isInPackage = false;
    if (this.#isInPackage) this.#takeOfPackage(tag, value);
    this.#takeOfDocument(tag, value);
  }

  document(): object {
    for (const { element, comment } of this.#annotations) this.#byId.get(element)?.annotations.push({ comment });
    return {
      spdxVersion: this.#version,
      packages: this.#packages,
      relationships: this.#relationships,
      hasExtractedLicensingInfos: this.#licenses,
    };
  }

  #takeOfPackage(tag: string, value: string): void {
    const pkg = this.#package;
    if (pkg === undefined) return;
    if (tag === 'SPDXID' && pkg.SPDXID === undefined) this.#byId.set(value, pkg);
    if (tag === 'ExternalRef') {
      const [, referenceType, referenceLocator] = value.split(/\s+/);
      pkg.externalRefs.push({ referenceType: referenceType ?? '', referenceLocator: referenceLocator ?? '' });
      return;
    }
    const field = Object.hasOwn(packageFields, tag) ? packageFields[tag] : undefined;
    if (field !== undefined) pkg[field] ??= value;
  }

  #takeOfDocument(tag: string, value: string): void {
    switch (tag) {
      case 'SPDXVersion':
        this.#version ??= value;
        break;
      case 'Relationship': {
        const [spdxElementId = '', relationshipType = '', relatedSpdxElement = ''] = value.split(/\s+/);
        this.#relationships.push({ spdxElementId, relationshipType, relatedSpdxElement });
        break;
      }
      case 'RelationshipComment':
        Object.assign(this.#relationships.at(-1) ?? {}, { comment: value });
        break;
      case 'AnnotationComment':
        this.#annotation = { comment: value };
        break;
      case 'SPDXREF':
        if (this.#annotation.comment !== undefined) {
          this.#annotations.push({ element: value, comment: this.#annotation.comment });
        }
        break;
      case 'LicenseID':
        this.#licenseId = value;
        break;
      case 'ExtractedText':
        if (this.#licenseId !== undefined) this.#licenses.push({ licenseId: this.#licenseId, extractedText: value });
        break;
    }
  }
}

/** Tags with their values; one whose value does not end before the document does has none. */
function* tagsOf(text: string): Generator<readonly [string, string | undefined]> {
  for (let at = 0; at < text.length;) {
    const end = endOfLine(text, at);
    const line = text.slice(at, end);
    at = end + 1;
    const colon = line.indexOf(':');
    if (colon <= 0 || line.trimStart().startsWith('#')) continue;
    const tag = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (!value.startsWith('<text>')) {
      yield [tag, value];
      continue;
    }
    const start = end - line.length + line.indexOf('<text>') + '<text>'.length;
    const close = text.indexOf('</text>', start);
    if (close === -1) {
      yield [tag, undefined];
      return;
    }
    yield [tag, text.slice(start, close)];
    at = endOfLine(text, close) + 1;
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
