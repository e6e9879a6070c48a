import { AffectedPackage, Finding, FixState, Severity, SeverityVector } from '@tidewaiter/contracts';
import { AsOf, HeldPackage, ImageListItem, Moment, revision, threat } from '@tidewaiter/features/images';
import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';

export const VulnerabilitySort = z.enum(['severity', 'epss', 'images', 'published']);
export type VulnerabilitySort = z.infer<typeof VulnerabilitySort>;

const flag = z.stringbool({ truthy: ['true'], falsy: ['false'] });

export const VulnerabilityListQuery = z.strictObject({
  ...pageQuery,
  q: z.string().min(1).max(255).optional().describe('Part of an id, alias or summary.'),
  severity: Severity.optional(),
  exploited: flag.optional().describe('`true`: only those known to be exploited; `false`: only the others.'),
  all: flag.default(false).describe('Also those that no package here is affected by.'),
  sort: VulnerabilitySort.default('severity').describe(
    '`severity`: worst first. `epss`: likeliest to be attacked first. `images`: most images first, by a count that may be a minute old. `published`: newest first.',
  ),
});
export type VulnerabilityListQuery = z.infer<typeof VulnerabilityListQuery>;

export const VulnerabilityParams = z.strictObject({
  id: z.string().min(1).max(255).describe('CVE, GHSA or any other id; an alias answers the same vulnerability.'),
});
export type VulnerabilityParams = z.infer<typeof VulnerabilityParams>;

export const VulnerabilityListItem = named(
  'VulnerabilityListItem',
  z.object({
    /** The canonical id: the CVE where there is exactly one. */
    id: z.string(),
    aliases: z.array(z.string()),
    summary: z.string().nullable(),
    severity: Severity,
    score: z.number().nullable(),
    published: z.string().nullable(),
    epss: threat.epss,
    exploitedSince: threat.exploitedSince,
    /** Known to be used for ransomware; false when that is not known. */
    ransomware: z.boolean(),
    /** Distinct packages with an open finding. */
    packages: z.number().int(),
    /** Images that hold any of them, wherever they are found now. */
    images: z.number().int(),
  }),
);
export type VulnerabilityListItem = z.infer<typeof VulnerabilityListItem>;

export const VulnerabilityPage = named('VulnerabilityPage', pageOf(VulnerabilityListItem));
export type VulnerabilityPage = z.infer<typeof VulnerabilityPage>;

/** A package with an open finding, with what was decided about it. */
const verdictOfPackage = {
  verdict: Finding.shape.verdict,
  reason: z.string().optional(),
  severity: Severity,
  fixedIn: z.string().optional(),
  fixState: FixState.optional(),
  fixChannel: z.string().optional(),
} as const;

export const AffectedPackageVersion = named(
  'AffectedPackageVersion',
  HeldPackage.pick({ ecosystem: true, name: true, version: true, purl: true }).extend({
    ...verdictOfPackage,
    openedAt: z.iso.datetime(),
  }),
);
export type AffectedPackageVersion = z.infer<typeof AffectedPackageVersion>;

export const Vulnerability = named(
  'Vulnerability',
  VulnerabilityListItem.extend({
    advisories: z.array(
      z.object({
        feed: z.string(),
        id: z.string(),
        ...revision,
        summary: z.string().nullable(),
        /** Set when its publisher took it back. */
        withdrawn: z.string().nullable(),
        references: z.array(z.string()),
        severities: z.array(SeverityVector),
        /** What it says of the packages in the other list of this name, which versions are affected and which fixed. */
        affected: z.array(named('AdvisoryAffected', AffectedPackage)),
      }),
    ),
    /** The first 200 by name; `packages` counts all. */
    affected: z.array(AffectedPackageVersion),
    asOf: AsOf.optional(),
  }),
);
export type Vulnerability = z.infer<typeof Vulnerability>;

export const VulnerabilityQuery = z.strictObject({ at: Moment.optional() });
export type VulnerabilityQuery = z.infer<typeof VulnerabilityQuery>;

export const AffectedImageListQuery = z.strictObject({ ...pageQuery, at: Moment.optional() });
export type AffectedImageListQuery = z.infer<typeof AffectedImageListQuery>;

export const AffectedImage = named(
  'AffectedImage',
  z.object({
    image: ImageListItem,
    packages: z.array(
      HeldPackage.pick({ ecosystem: true, name: true, version: true, purl: true, layer: true }).extend(
        verdictOfPackage,
      ),
    ),
  }),
);
export type AffectedImage = z.infer<typeof AffectedImage>;

export const AffectedImagePage = named('AffectedImagePage', pageOf(AffectedImage).extend({ asOf: AsOf.optional() }));
export type AffectedImagePage = z.infer<typeof AffectedImagePage>;
