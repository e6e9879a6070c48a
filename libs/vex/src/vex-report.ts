import type { Explanation, Inventory, ScanReport, SuppressedFinding, Suppression } from '@tidewaiter/contracts';
import type { StatedImage } from '@tidewaiter/sbom';
import type { VexStatements, VexSubject } from './apply-vex';

interface NamedImage {
  readonly inventory: Inventory;
  /** `host/name` */
  readonly repository: string | undefined;
  /** Of the index that leads to the image; statements may name that one. */
  readonly digest: string | undefined;
  /** What a bill of materials says of the image. */
  readonly document?: StatedDocument | undefined;
}

interface StatedDocument extends Pick<VexSubject, 'isHeld'> {
  readonly image?: StatedImage | undefined;
}

/** Findings that somebody vouches for leave the list of findings and are listed with who said so and why. */
export function withVex(report: ScanReport, statements: VexStatements, judged: NamedImage): ScanReport {
  const subject = subjectOf(judged);
  const findings: ScanReport['findings'] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of report.findings) {
    const suppression = statements.suppressionOf(finding, subject);
    if (suppression === undefined) findings.push(finding);
    else suppressed.push({ ...finding, suppression });
  }
  return { ...report, findings, suppressed };
}

interface WhatIsSaid {
  readonly suppression?: Suppression;
  readonly claim?: Suppression;
}

/** A finding is explained with who vouches for it: it is in no count then, though its package is affected. */
export function explainedWith(explanation: Explanation, { suppression, claim }: WhatIsSaid): Explanation {
  const said = [
    explanation.conclusion,
    ...(suppression === undefined ? [] : [`It is suppressed, since ${wordsOf(suppression)}.`]),
    ...(claim === undefined ? [] : [`${wordsOf(claim)}, and is not believed here.`]),
  ];
  return {
    ...explanation,
    conclusion: said.join(' '),
    ...(suppression !== undefined && { suppression }),
    ...(claim !== undefined && { claim }),
  };
}

/** The same by statements about an image that no server knows. */
export function explainedBy(
  explanations: readonly Explanation[],
  statements: VexStatements,
  judged: NamedImage,
): readonly Explanation[] {
  const subject = subjectOf(judged);
  return explanations.map((explanation) => {
    const { finding } = explanation;
    const suppression = finding === undefined ? undefined : statements.suppressionOf(finding, subject);
    return suppression === undefined ? explanation : explainedWith(explanation, { suppression });
  });
}

function wordsOf({ author, status, justification, statement, source }: Suppression): string {
  const why = justification?.replaceAll('_', ' ') ?? statement;
  return `${author} says that it is ${status.replaceAll('_', ' ')}${why === undefined ? '' : `: ${why}`} (${source})`;
}

function subjectOf({ inventory: { image, packages }, repository, digest, document }: NamedImage): VexSubject {
  const stated = document?.image;
  const locations = new Map<string, readonly string[]>();
  for (const pkg of packages) locations.set(pkg.purl, [...(locations.get(pkg.purl) ?? []), ...pkg.locations]);
  return {
    image: {
      repositories: [repository, stated?.repository].filter((known) => known !== undefined),
      digests: [image.digest, digest, stated?.digest].filter((known) => known !== undefined),
      architecture: image.platform?.architecture ?? stated?.architecture,
    },
    locations,
    isHeld: document?.isHeld,
  };
}
