import type { Severity } from '@tidewaiter/contracts';
import type { Transaction } from '@tidewaiter/db';
import { uncoveredProblems, whatIsSaidOf } from '@tidewaiter/features/matches';
import { z } from 'zod';
import type { ImageFacts, OpenFinding, QuarantineFacts } from './decide-quarantine';

export interface ManifestPlace {
  readonly registryId: number;
  readonly repository: string;
  readonly digest: string;
}

const ScanState = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled']);
const ImageState = z.enum(['scanned', 'partial', 'unsupported', 'failed', 'unscanned']);
/** Pushed like images, and nothing of them is run. */
const notImages = new Set(['manifest-artifact', 'manifest-attestation']);

/** What is known of the images a manifest leads to: by its own scan, or by that of an index or of another repository. */
export async function quarantineFacts(tx: Transaction, place: ManifestPlace): Promise<QuarantineFacts> {
  const images = await tx.image.findMany({
    where: { id: { in: [...(await imageIdsOf(tx, place))] } },
    orderBy: { id: 'asc' },
  });
  const facts: ImageFacts[] = [];
  for (const image of images) {
    const problems = Array.isArray(image.problems) ? image.problems : [];
    facts.push({
      digest: image.digest,
      state: ImageState.parse(image.state),
      isImage: !notImages.has(image.reasonCode ?? ''),
      reason: image.reason ?? messageIn(problems[0]),
      findings: await openFindings(tx, image.id),
      uncovered: (await uncoveredProblems(tx, [image.id])).map(({ message }) => message),
    });
  }
  return { scan: await lastScan(tx, place), images: facts };
}

/** Of an index; none for an image. */
export async function childDigests(tx: Transaction, { registryId, repository, digest }: ManifestPlace) {
  const images = await tx.image.findMany({
    where: {
      digest: { not: digest },
      manifests: { some: { manifest: { digest, repository: { registryId, name: repository } } } },
    },
    select: { digest: true },
  });
  return images.map((image) => image.digest);
}

async function imageIdsOf(tx: Transaction, { registryId, repository, digest }: ManifestPlace) {
  const linked = await tx.image.findMany({
    where: { manifests: { some: { manifest: { digest, repository: { registryId, name: repository } } } } },
    select: { id: true },
  });
  // The image of an index need not have had a scan of its own: the bytes behind a digest are the same everywhere.
  const own = linked.length > 0 ? linked : await tx.image.findMany({ where: { digest }, select: { id: true } });
  return own.map(({ id }) => id);
}

async function lastScan(tx: Transaction, { registryId, repository, digest }: ManifestPlace) {
  const scan = await tx.scan.findFirst({
    where: { manifest: { digest }, repository: { registryId, name: repository } },
    orderBy: { requestedAt: 'desc' },
    select: { state: true, error: true },
  });
  if (scan === null) return { state: 'none' } as const;
  return { state: ScanState.parse(scan.state), ...(scan.error === null ? {} : { error: scan.error }) };
}

interface FindingRow {
  readonly vulnerability: string;
  readonly aliases: string[];
  readonly state: 'affected' | 'undetermined';
  readonly severity: Severity;
  readonly exploited: boolean;
  readonly malicious: boolean;
  readonly purl: string;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Those that nobody vouches for. */
async function openFindings(tx: Transaction, imageId: number): Promise<readonly OpenFinding[]> {
  const rows = await tx.$queryRaw<FindingRow[]>`
    SELECT v.name AS vulnerability, v.aliases, m.state, m.severity, m.exploited, m.malicious, p.purl, p.ecosystem, p.name,
           p.version
      FROM (SELECT DISTINCT unnest(part.package_ids) AS id
              FROM image_part ip JOIN inventory_part part ON part.id = ip.part_id
             WHERE ip.image_id = ${imageId}) k
      JOIN match m ON m.package_id = k.id AND m.closed_at IS NULL
      JOIN vulnerability v ON v.id = m.vulnerability_id
      JOIN package p ON p.id = m.package_id
     ORDER BY m.id`;
  const said = await whatIsSaidOf(tx, imageId, rows);
  return rows.filter(
    ({ vulnerability, aliases, purl, ecosystem, name, version }) =>
      said({
        vulnerability: { id: vulnerability, aliases },
        package: { purl, ecosystem, name, version },
      }).suppression === undefined,
  );
}

function messageIn(problem: unknown): string | undefined {
  const message: unknown =
    typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'message') : undefined;
  return typeof message === 'string' ? message : undefined;
}
