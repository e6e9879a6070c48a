import { z } from 'zod';

export const TransitionDetail = z.object({
  before: z
    .object({ state: z.string().optional(), severity: z.string().optional(), fixedIn: z.string().nullish() })
    .nullish(),
  severity: z.string(),
  fixedIn: z.string().nullish(),
  state: z.string().nullish(),
  images: z.array(z.number()).optional(),
});
export type TransitionDetail = z.infer<typeof TransitionDetail>;

export const ListedPage = z.object({ items: z.array(z.looseObject({})), next: z.string().nullable() });
export type ListedPage = z.infer<typeof ListedPage>;

export const ListedFindings = z.array(
  z.looseObject({
    vulnerability: z.object({ id: z.string() }),
    package: z.object({ purl: z.string() }),
    severity: z.string(),
    openedAt: z.string(),
    risk: z.number(),
    epss: z.number().nullable(),
  }),
);

export const ListedVulnerabilities = z.array(
  z.looseObject({ id: z.string(), packages: z.number(), images: z.number() }),
);

export const ListedHolders = z.array(z.looseObject({ image: z.looseObject({ digest: z.string() }) }));

export const ToldPayload = z.strictObject({
  kind: z.literal('rematch'),
  feed: z.string().optional(),
  vulnerabilities: z.array(
    z.strictObject({
      vulnerability: z.string(),
      change: z.string(),
      severity: z.string(),
      previousSeverity: z.string().optional(),
      score: z.number().optional(),
      summary: z.string().optional(),
      packages: z.array(z.strictObject({ name: z.string(), version: z.string(), fixedIn: z.string().optional() })),
      packageCount: z.number(),
      images: z.array(z.string()),
      imageCount: z.number(),
    }),
  ),
  omitted: z.literal(0),
});
