import type { Finding, InventoryPackage, Release } from '@tidewaiter/contracts';
import { advisoryLink } from '../advisory-link';
import { contentHash } from '../content-id';
import { evidenceText, remedyText } from '../finding-text';
import type { ReportSubject } from '../report-format';
import { releaseFacts } from '../release-facts';
import { imageFacts, imagePurl, platformOf } from '../subject';
import type { LicenseTexts } from './license-texts';

interface SpdxPackage {
  readonly SPDXID: string;
  readonly [field: string]: unknown;
}

/** Facts without a field of their own, as annotations `key: value` of this tool. */
export class Annotator {
  constructor(
    private readonly annotator: string,
    private readonly annotationDate: string,
  ) {}

  note(comment: string): object {
    return { annotator: this.annotator, annotationDate: this.annotationDate, annotationType: 'OTHER', comment };
  }

  /** Nothing where there is no value: the field is then left out. */
  facts(pairs: readonly (readonly [string, string | undefined])[]): { readonly annotations?: object[] } {
    const annotations = pairs.flatMap(([key, value]) => (value === undefined ? [] : [this.note(`${key}: ${value}`)]));
    return annotations.length === 0 ? {} : { annotations };
  }
}

const unasserted = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
} as const;

export function imagePackage(subject: ReportSubject, annotator: Annotator): SpdxPackage {
  const { target, inventory } = subject;
  const { digest, configDigest } = inventory.image;
  const purl = imagePurl(subject);
  return {
    SPDXID: spdxId('Image', digest ?? target, 0),
    name: target,
    ...(digest === undefined ? {} : { versionInfo: digest, checksums: [checksumOf(digest)] }),
    ...unasserted,
    licenseDeclared: 'NOASSERTION',
    primaryPackagePurpose: digest === undefined && inventory.layers.length === 0 ? 'FILE' : 'CONTAINER',
    ...(purl === undefined ? {} : { externalRefs: [purlReference(purl)] }),
    ...annotator.facts([
      ['configDigest', configDigest],
      ['platform', platformOf(subject)],
      ...imageFacts(inventory),
      ...inventory.layers.flatMap((layer): [string, string | undefined][] => [
        [`layer ${layer.index} digest`, layer.digest],
        [`layer ${layer.index} diffId`, layer.diffId],
        [`layer ${layer.index} createdBy`, layer.createdBy],
      ]),
    ]),
  };
}

function checksumOf(digest: string): object {
  const [algorithm = '', checksumValue] = digest.split(':');
  return { algorithm: algorithm.toUpperCase(), checksumValue };
}

export function osPackage(release: Release, annotator: Annotator): SpdxPackage {
  const { id, versionId, prettyName } = release;
  return {
    SPDXID: spdxId('OperatingSystem', id, 0),
    name: id,
    ...(versionId === undefined ? {} : { versionInfo: versionId }),
    ...unasserted,
    licenseDeclared: 'NOASSERTION',
    primaryPackagePurpose: 'OPERATING_SYSTEM',
    ...(prettyName === undefined ? {} : { summary: prettyName }),
    ...annotator.facts(releaseFacts(release)),
  };
}

interface PackageOptions {
  /** Its place in the inventory: the same package may be there twice. */
  readonly at: number;
  readonly annotator: Annotator;
  readonly texts: LicenseTexts;
  readonly findings: readonly Finding[];
}

export function spdxPackage(pkg: InventoryPackage, { at, annotator, texts, findings }: PackageOptions): SpdxPackage {
  const { name, version, purl, source, layer, locations } = pkg;
  return {
    SPDXID: spdxId('Package', name, at),
    name,
    versionInfo: version,
    ...unasserted,
    licenseDeclared: texts.expressionOf(pkg.licenses),
    primaryPackagePurpose: 'LIBRARY',
    ...(source === undefined ? {} : { sourceInfo: `built package from: ${source.name} ${source.version}` }),
    externalRefs: [
      purlReference(purl),
      ...(pkg.cpes ?? []).map((cpe) => reference('SECURITY', 'cpe23Type', cpe)),
      ...findings.map(findingReference),
    ],
    ...annotator.facts([
      ['ecosystem', pkg.ecosystem],
      ...locations.map((location) => ['location', location] as const),
      ['layerIndex', layer?.index.toString()],
      ['layerDigest', layer?.digest],
      ['layerDiffId', layer?.diffId],
      ['layerCreatedBy', layer?.createdBy],
      ['ownedBy', pkg.ownedBy],
      ['isLocked', pkg.isLocked?.toString()],
      ['isVendored', pkg.isVendored?.toString()],
    ]),
  };
}

/** Letters, digits, "." and "-" only. The place keeps it unique, the name readable. */
function spdxId(kind: string, name: string, at: number): string {
  const readable = name.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 60);
  return `SPDXRef-${kind}-${readable}-${contentHash([name, at]).slice(0, 16)}`;
}

function purlReference(purl: string): object {
  return reference('PACKAGE-MANAGER', 'purl', purl);
}

/** SPDX 2.3, annex K.1: how a document points to what is known to be wrong with a package. */
function findingReference(finding: Finding): object {
  const { vulnerability, verdict, severity } = finding;
  const evidence = evidenceText(finding);
  const comment = [
    `${vulnerability.id}: ${verdict}, severity ${severity}.`,
    remedyText(finding),
    ...(evidence === undefined ? [] : [`Judged: ${evidence}.`]),
  ].join(' ');
  return { ...reference('SECURITY', 'advisory', advisoryLink(vulnerability.id)), comment };
}

function reference(referenceCategory: string, referenceType: string, referenceLocator: string): object {
  return { referenceCategory, referenceType, referenceLocator };
}
