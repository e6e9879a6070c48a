import {
  Digest,
  Finding,
  InventoryPackage,
  LayerRef,
  Package,
  Problem,
  ShownRelease,
  Severity,
  Suppression,
} from '@tidewaiter/contracts';
import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';

named('Severity', Severity);
named('Problem', Problem);
named('LayerRef', LayerRef);

export const imageStates = ['scanned', 'partial', 'unsupported', 'failed', 'unscanned'] as const;

export const ImageSort = z.enum(['scanned', 'risk']);
export type ImageSort = z.infer<typeof ImageSort>;

export const ImageListQuery = z.strictObject({
  ...pageQuery,
  registry: z.string().max(255).optional().describe('Name of a registry.'),
  repository: z.string().max(255).optional().describe('Name of a repository, in full.'),
  severity: Severity.optional().describe('Images with at least one affected package of this severity.'),
  q: z.string().min(1).max(255).optional().describe('Part of a repository, tag or OS name, or the start of a digest.'),
  sort: ImageSort.default('scanned').describe('`scanned`: last scanned first. `risk`: most critical first, then high.'),
});
export type ImageListQuery = z.infer<typeof ImageListQuery>;

export const DigestParams = z.strictObject({ digest: Digest.describe('Digest of an image or index.') });
export type DigestParams = z.infer<typeof DigestParams>;

/** Where an image is found now. Deleted manifests and registries that are no longer configured do not count. */
export const ImageLocation = named(
  'ImageLocation',
  z.object({
    registry: z.string(),
    repository: z.string(),
    /** The first 50 by name. */
    tags: z.array(z.string()),
    tagCount: z.number().int(),
    /** When the registry last said what is attached to it there; null: never, and whether somebody vouches for something is not known. */
    attachmentsAskedAt: z.iso.datetime().nullable(),
  }),
);
export type ImageLocation = z.infer<typeof ImageLocation>;

/** Severities count affected packages; what could not be decided is counted as undetermined, whatever its severity. */
export const FindingCounts = named(
  'FindingCounts',
  z.object({
    critical: z.number().int(),
    high: z.number().int(),
    medium: z.number().int(),
    low: z.number().int(),
    negligible: z.number().int(),
    unknown: z.number().int(),
    undetermined: z.number().int(),
    fixable: z.number().int(),
    /** Counted in none of the others: somebody who is believed vouches for them. */
    suppressed: z.number().int(),
  }),
);
export type FindingCounts = z.infer<typeof FindingCounts>;

export const ImageListItem = named(
  'ImageListItem',
  z.object({
    digest: z.string(),
    platform: z.string().nullable(),
    os: named('ImageRelease', ShownRelease).nullable(),
    state: z.enum(imageStates),
    /** False when something in the image could not be read; see its problems. */
    complete: z.boolean(),
    where: z.array(ImageLocation),
    /** Distinct packages; null until counted. */
    packages: z.number().int().nullable(),
    /** Null until counted: not the same as none. */
    findings: FindingCounts.nullable(),
    scannedAt: z.iso.datetime(),
  }),
);
export type ImageListItem = z.infer<typeof ImageListItem>;

export const ImagePage = named('ImagePage', pageOf(ImageListItem));
export type ImagePage = z.infer<typeof ImagePage>;

export const ImageLayer = named(
  'ImageLayer',
  LayerRef.extend({
    sizeBytes: z.number().optional(),
    /** Packages this layer contributes once the layers are overlaid. */
    packages: z.number().int(),
  }),
);
export type ImageLayer = z.infer<typeof ImageLayer>;

export const Image = named(
  'Image',
  ImageListItem.extend({
    kind: z.literal('image'),
    mediaType: z.string(),
    configDigest: z.string().nullable(),
    /** As the image says it, not checked. */
    createdAt: z.string().nullable(),
    firstSeenAt: z.iso.datetime(),
    layers: z.array(ImageLayer),
    problems: z.array(Problem),
    /** Why it is unsupported. */
    reason: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** Packages that wait for their first verdict; while there are some, the findings are not all. */
    unjudgedPackages: z.number().int(),
  }),
);
export type Image = z.infer<typeof Image>;

/** An index, or a manifest that no scan has finished yet. */
export const ImageSet = named(
  'ImageSet',
  z.object({
    kind: z.literal('manifest'),
    digest: z.string(),
    mediaType: z.string().nullable(),
    /** One a platform; empty while it is not scanned. */
    images: z.array(ImageListItem),
    where: z.array(ImageLocation),
    /** The latest scan of it. */
    scan: z.object({ id: z.string(), state: z.string(), errorCode: z.string().nullable() }).nullable(),
  }),
);
export type ImageSet = z.infer<typeof ImageSet>;

export const ImageDocument = named('ImageDocument', z.discriminatedUnion('kind', [Image, ImageSet]));
export type ImageDocument = z.infer<typeof ImageDocument>;

const flag = z.stringbool({ truthy: ['true'], falsy: ['false'] });

export const FindingSort = z.enum(['severity', 'risk', 'epss', 'opened']);
export type FindingSort = z.infer<typeof FindingSort>;

/** A moment a list is asked about. */
export const Moment = z.iso
  .datetime({ offset: true })
  .describe(
    'As it stood at this moment: verdicts, severities, fixes and texts by the advisories, EPSS, exploitation, risk and suppressions as they were known then; `asOf` names what is not of then.',
  );

/** Of an answer about the past: what in it is not of then. */
export const AsOf = named(
  'AsOf',
  z.object({
    at: z.iso.datetime(),
    /** Fields that are as they are now. */
    ofNow: z.array(z.string()),
    /** Fields that are left empty since it was not kept yet what they were; `risk` is then without them. */
    notKept: z.array(z.enum(['epss', 'suppression'])),
  }),
);

export const FindingListQuery = z.strictObject({
  ...pageQuery,
  severity: Severity.optional(),
  verdict: Finding.shape.verdict.optional(),
  fixable: flag.optional().describe('`true`: only those with a fixed version; `false`: only those without.'),
  exploited: flag.optional().describe('`true`: only those known to be exploited; `false`: only the others.'),
  layer: z.coerce.number().int().min(0).optional().describe('Index of a layer that brings the package.'),
  sort: FindingSort.default('severity').describe(
    '`severity`: worst first. `risk`: highest first. `epss`: likeliest to be attacked first. `opened`: newest first.',
  ),
  at: Moment.optional(),
});
export type FindingListQuery = z.infer<typeof FindingListQuery>;

/** What makes a finding urgent. */
export const threat = {
  /** 0 to 100, what to look at first; docs/risk.md. */
  risk: z.number(),
  /** Probability of an attack within 30 days; null: nobody has scored it, which is not 0. */
  epss: z.number().nullable(),
  /** Since when it is known to be exploited, YYYY-MM-DD. */
  exploitedSince: z.string().nullable(),
} as const;

/** Which of the forms that an advisory has had. */
export const revision = {
  /** By its publisher. */
  modified: z.string(),
  /** Since when it was known here as this; null: since before that was kept. */
  knownFrom: z.iso.datetime().nullable(),
  /** Until when; null: it still is. */
  knownUntil: z.iso.datetime().nullable(),
} as const;

export const ImageFinding = named(
  'ImageFinding',
  Finding.extend({
    /** The lowest layer that brings the package. */
    layer: LayerRef.nullable(),
    /** Every layer that brings it: all of them have to change before it is gone. */
    layers: z.array(z.number().int()),
    locations: z.array(z.string()),
    ...threat,
    /** Who says that it need not be acted on. Not counted out anywhere: what is believed is shown, not hidden. */
    suppression: Suppression.optional(),
    /** Who claims so in a document attached to the image, in a repository that is not believed: it changes nothing. */
    claim: Suppression.optional(),
    /** When the package was first found to be affected, in whichever image. */
    openedAt: z.iso.datetime(),
    /** Only of the past: when it was no longer found. */
    closedAt: z.iso.datetime().optional(),
    /** Only of the past: the deciding advisory as it was known then. Not there when it was taken back and not judged again yet. */
    revision: named('AdvisoryRevision', z.object(revision)).optional(),
  }),
);
export type ImageFinding = z.infer<typeof ImageFinding>;

export const FindingPage = named('FindingPage', pageOf(ImageFinding).extend({ asOf: AsOf.optional() }));
export type FindingPage = z.infer<typeof FindingPage>;

export const ImagePackageListQuery = z.strictObject({
  ...pageQuery,
  q: z.string().min(1).max(255).optional().describe('Part of the name.'),
});
export type ImagePackageListQuery = z.infer<typeof ImagePackageListQuery>;

export const ImagePackage = named(
  'ImagePackage',
  InventoryPackage.extend({
    /** Open findings of it; null until it is judged. */
    findings: z.number().int().nullable(),
    /** purl of the distro package that owns its files and is judged in its place. */
    ownedBy: z.string().optional(),
  }),
);
export type ImagePackage = z.infer<typeof ImagePackage>;

export const ImagePackagePage = named('ImagePackagePage', pageOf(ImagePackage));
export type ImagePackagePage = z.infer<typeof ImagePackagePage>;

export const PackageSearchQuery = z.strictObject({
  ...pageQuery,
  name: z.string().min(1).max(512).describe('Name of the package, in full.'),
  version: z.string().min(1).max(512).optional().describe('Exactly this version.'),
  ecosystem: z.string().min(1).max(128).optional().describe('`Debian:12` exactly, `Debian` for every release of it.'),
});
export type PackageSearchQuery = z.infer<typeof PackageSearchQuery>;

export const HeldPackage = named('HeldPackage', Package.extend({ layer: z.number().int() }));
export type HeldPackage = z.infer<typeof HeldPackage>;

export const HoldingImage = named('HoldingImage', z.object({ image: ImageListItem, packages: z.array(HeldPackage) }));
export type HoldingImage = z.infer<typeof HoldingImage>;

export const HoldingImagePage = named('HoldingImagePage', pageOf(HoldingImage));
export type HoldingImagePage = z.infer<typeof HoldingImagePage>;
