import type { Severity } from '@tidewaiter/contracts';
import type { Transaction } from '@tidewaiter/db';
import type { ImageVerdict } from '@tidewaiter/features/notifications';
import { suppressedIn, uncoveredProblems } from '@tidewaiter/features/matches';
import { z } from 'zod';

/** The manifest a message is about, and where it was found. */
export interface VerdictSubject {
  readonly registry: string;
  readonly repository: string;
  readonly manifestId: number;
  readonly tag: string | null;
  readonly digest: string;
  readonly previousManifestId: number | null;
}

const topFindings = 10;

const ImageState = z.enum(['scanned', 'partial', 'unsupported', 'failed']);

/** Signatures, SBOMs and build attestations are pushed like images; nobody waits for a verdict on them. */
const notImages = new Set(['manifest-artifact', 'manifest-attestation']);

/**
 * What people are told about a manifest that was looked at: counts over all its images, the worst first, what is new.
 * Undefined when it leads to no image at all.
 */
export async function verdictMessage(
  tx: Transaction,
  { subject, imageIds }: { subject: VerdictSubject; imageIds: readonly number[] },
): Promise<ImageVerdict | undefined> {
  const rows = await tx.image.findMany({ where: { id: { in: [...imageIds] } }, orderBy: { id: 'asc' } });
  const images = rows.filter((image) => !notImages.has(image.reasonCode ?? ''));
  if (images.length === 0) return undefined;
  const now = await openFindings(tx, imageIds);
  const before = await findingsBefore(tx, subject.previousManifestId);
  const uncovered = await uncoveredProblems(tx, imageIds);
  const affected = now.filter((finding) => finding.state === 'affected');
  const { registry, repository, tag, digest } = subject;
  return {
    kind: 'image-verdict',
    registry,
    repository,
    ...(tag === null ? {} : { tag }),
    digest,
    images: images.slice(0, 100).map((image) => ({
      digest: image.digest,
      ...(image.platform === null ? {} : { platform: image.platform }),
      state: ImageState.parse(image.state),
      complete: image.state === 'scanned',
      ...(image.reason === null ? {} : { reason: image.reason }),
    })),
    counts: countsOf(affected),
    fixable: affected.filter((finding) => finding.fixedIn !== null).length,
    undetermined: now.length - affected.length,
    packages: await packageCount(tx, imageIds),
    findings: affected.slice(0, topFindings).map((finding) => lineOf(finding, before)),
    ...(before === undefined ? {} : { previous: comparison(affected, before) }),
    problems:
      uncovered.length +
      images.reduce((sum, image) => sum + (Array.isArray(image.problems) ? image.problems.length : 0), 0),
    links: { image: `/api/v1/images/${digest}` },
  };
}

interface OpenFinding {
  readonly vulnerability: string;
  readonly state: 'affected' | 'undetermined';
  readonly severity: Severity;
  readonly score: number | null;
  readonly fixedIn: string | null;
  readonly name: string;
  readonly version: string;
}

/** Distinct open findings of these images, the worst first, without those that somebody vouches for wherever they are. */
async function openFindings(tx: Transaction, imageIds: readonly number[]): Promise<readonly OpenFinding[]> {
  const found = await tx.$queryRaw<(OpenFinding & { matchId: bigint; imageIds: number[] })[]>`
    SELECT m.id AS "matchId", k.image_ids AS "imageIds", v.name AS vulnerability, m.state, m.severity, m.score,
           m.fixed_in AS "fixedIn", p.name, p.version
      FROM (SELECT k.id, array_agg(DISTINCT ip.image_id) AS image_ids
              FROM image_part ip JOIN inventory_part part ON part.id = ip.part_id, unnest(part.package_ids) AS k(id)
             WHERE ip.image_id = ANY(${[...imageIds]}::int[]) GROUP BY k.id) k
      JOIN match m ON m.package_id = k.id AND m.closed_at IS NULL
      JOIN vulnerability v ON v.id = m.vulnerability_id
      JOIN package p ON p.id = m.package_id
     ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low', 'negligible', 'unknown'], m.severity),
              m.score DESC NULLS LAST, v.name, p.name, p.version`;
  const suppressed = new Map<number, ReadonlySet<bigint>>();
  for (const id of imageIds) suppressed.set(id, new Set(await suppressedIn(tx, id)));
  return found.filter(
    ({ matchId, imageIds: holders }) => !holders.every((id) => suppressed.get(id)?.has(matchId) === true),
  );
}

interface Before {
  readonly digest: string;
  readonly keys: ReadonlySet<string>;
}

/** What was open in the image the tag pointed to before; undefined when it was never looked at. */
async function findingsBefore(tx: Transaction, manifestId: number | null): Promise<Before | undefined> {
  if (manifestId === null) return undefined;
  const manifest = await tx.manifest.findUnique({
    where: { id: manifestId },
    include: { images: { where: { excludedBy: null } } },
  });
  if (manifest === null || manifest.images.length === 0) return undefined;
  const imageIds = manifest.images.map((link) => link.imageId);
  const open = await openFindings(tx, imageIds);
  return { digest: manifest.digest, keys: new Set(open.filter((finding) => finding.state === 'affected').map(keyOf)) };
}

/** Another version of the same package with the same vulnerability is nothing new. */
function keyOf(finding: OpenFinding): string {
  return `${finding.vulnerability} ${finding.name}`;
}

function comparison(affected: readonly OpenFinding[], before: Before) {
  const now = new Set(affected.map(keyOf));
  const opened = [...now].filter((key) => !before.keys.has(key)).length;
  const fixed = [...before.keys].filter((key) => !now.has(key)).length;
  return { digest: before.digest, opened, fixed };
}

function lineOf(finding: OpenFinding, before: Before | undefined) {
  return {
    vulnerability: finding.vulnerability,
    severity: finding.severity,
    package: { name: finding.name, version: finding.version },
    ...(finding.fixedIn === null ? {} : { fixedIn: finding.fixedIn }),
    ...(finding.score === null ? {} : { score: finding.score }),
    ...(before === undefined ? {} : { isNew: !before.keys.has(keyOf(finding)) }),
  };
}

function countsOf(affected: readonly OpenFinding[]): ImageVerdict['counts'] {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
  for (const finding of affected) counts[finding.severity] += 1;
  return counts;
}

async function packageCount(tx: Transaction, imageIds: readonly number[]): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: bigint }[]>`
    SELECT count(DISTINCT k.package_id) AS count
      FROM image_part ip JOIN inventory_part part ON part.id = ip.part_id, unnest(part.package_ids) AS k(package_id)
     WHERE ip.image_id = ANY(${[...imageIds]}::int[])`;
  return Number(row?.count ?? 0n);
}
