import { contentUuid } from '../content-id';
import type { ReportContext, ReportFormat, ReportSubject } from '../report-format';
import { isComplete, problemText, problemsOf, timestampOf } from '../subject';
import { LicenseTexts } from './license-texts';
import { Annotator, imagePackage, osPackage, spdxPackage } from './packages';

/** https://spdx.github.io/spdx-spec/v2.3/ */
export const spdx: ReportFormat = {
  id: 'spdx',
  of: ['inventory', 'scan'],
  holdsSeveral: false,
  document: ([subject], context) => (subject === undefined ? undefined : documentOf(subject, context)),
};

const documentId = 'SPDXRef-DOCUMENT';

function documentOf(subject: ReportSubject, context: ReportContext): object {
  const { inventory, target } = subject;
  const created = timestampOf(subject, context);
  const creator = `Tool: ${context.tool.name}-${context.tool.version}`;
  const annotator = new Annotator(creator, created);
  const texts = new LicenseTexts();
  const image = imagePackage(subject, annotator);
  const os = inventory.image.os === undefined ? [] : [osPackage(inventory.image.os, annotator)];
  const findings = Map.groupBy(subject.report?.findings ?? [], (finding) => finding.package.purl);
  const parts = inventory.packages.map((pkg, at) =>
    spdxPackage(pkg, { at, annotator, texts, findings: findings.get(pkg.purl) ?? [] }),
  );
  const ids = idsByPurl(inventory.packages, parts);
  const content = {
    name: target,
    creationInfo: { created, creators: [creator] },
    ...(isComplete(subject)
      ? {}
      : { comment: 'Incomplete: something could not be read, so packages may be missing. The annotations say what.' }),
    annotations: problemsOf(subject).map((problem) => annotator.note(`problem: ${problemText(problem)}`)),
    packages: [image, ...os, ...parts],
    hasExtractedLicensingInfos: texts.infos(),
    relationships: [
      relationship(documentId, 'DESCRIBES', image.SPDXID),
      ...[...os, ...parts].map(({ SPDXID }) => relationship(image.SPDXID, 'CONTAINS', SPDXID)),
      ...inventory.packages.flatMap(({ ownedBy }, at) => {
        const [owner, part] = [ownedBy === undefined ? undefined : ids.get(ownedBy), parts[at]];
        return owner === undefined || part === undefined ? [] : [relationship(owner, 'CONTAINS', part.SPDXID)];
      }),
    ],
  };
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: documentId,
    // What the specification offers to makers without a web site of their own.
    documentNamespace: `https://spdx.org/spdxdocs/tidewaiter-${contentUuid(content)}`,
    ...content,
  };
}

function relationship(from: string, relationshipType: string, to: string): object {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}

function idsByPurl(
  packages: readonly { readonly purl: string }[],
  parts: readonly { readonly SPDXID: string }[],
): ReadonlyMap<string, string> {
  return new Map(packages.map(({ purl }, at) => [purl, parts[at]?.SPDXID ?? documentId]));
}
