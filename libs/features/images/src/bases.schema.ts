import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';
import { ImageListItem } from './images.schema';

/** An image whose layers, all of them, are the first ones of another. */
export const BaseImage = named('BaseImage', ImageListItem.extend({ layers: z.number().int() }));
export type BaseImage = z.infer<typeof BaseImage>;

export const ImageBases = named(
  'ImageBases',
  z.object({
    /** Layers of the image itself. */
    layers: z.number().int(),
    /** Held images it is built on, the nearest first, newest first among equals. */
    items: z.array(BaseImage),
    /** Known bases that it is built on, by name, the nearest first. They need not be in any registry of ours. */
    known: z.array(z.object({ name: z.string(), layers: z.number().int() })),
    /** What the image says of itself; nothing of it is checked. */
    stated: z.object({ name: z.string().nullable(), digest: z.string().nullable() }).nullable(),
  }),
);
export type ImageBases = z.infer<typeof ImageBases>;

export const DependentListQuery = z.strictObject(pageQuery);
export type DependentListQuery = z.infer<typeof DependentListQuery>;

/** What goes away when the base is rebuilt without it, in all of the images that are built on it. */
export const Rebuild = named(
  'Rebuild',
  z.object({
    images: z.number().int(),
    /** Findings of packages that came with the base's layers, counted once for each image. */
    findings: z.number().int(),
    critical: z.number().int(),
    high: z.number().int(),
    /** Of these, findings that have a fix: what a rebuild takes away today. */
    fixable: z.number().int(),
  }),
);
export type Rebuild = z.infer<typeof Rebuild>;

export const DependentPage = named('DependentPage', pageOf(ImageListItem).extend({ rebuild: Rebuild }));
export type DependentPage = z.infer<typeof DependentPage>;
