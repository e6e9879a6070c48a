import { z } from 'zod';

/**
 * Name + version in an ecosystem. Everything that can change a verdict is part of it, so one verdict serves every image.
 * `ecosystem` is the OSV name with its release (`Debian:12`, `Alpine:v3.20`, `npm`); a distro without a known release has
 * the bare name (`Debian`) and its findings are undetermined, never clean.
 */
export const Package = z.object({
  ecosystem: z.string(),
  name: z.string(),
  version: z.string(),
  /** Distro architecture word (`amd64`, `x86_64`), absent where packages have none. */
  architecture: z.string().optional(),
  /** https://github.com/package-url/purl-spec */
  purl: z.string(),
  /** The source package the distro built it from; distro advisories speak of this one. */
  source: z.object({ name: z.string(), version: z.string() }).optional(),
  /** Rpm module stream it was built for, `nodejs:18`. */
  module: z.string().optional(),
});
export type Package = z.infer<typeof Package>;

/** The layer that brought a package, counted from 0 at the base. */
export const LayerRef = z.object({
  index: z.number().int().nonnegative(),
  /** Digest of the blob as stored; absent where there is no blob (root filesystem, docker-archive). */
  digest: z.string().optional(),
  diffId: z.string(),
  /** The Dockerfile instruction from the image history, when the history lines up with the layers. */
  createdBy: z.string().optional(),
});
export type LayerRef = z.infer<typeof LayerRef>;

/** A package as found in an image. */
export const InventoryPackage = Package.extend({
  layer: LayerRef.optional(),
  /** Files it was read from, without a leading slash; `a.war!/WEB-INF/lib/b.jar` for what lies inside an archive. */
  locations: z.array(z.string()),
  /** True for what a lock file names: the project asked for it, and it may or may not be installed. */
  isLocked: z.boolean().optional(),
  /** A copy that another package carries inside itself. */
  isVendored: z.boolean().optional(),
  /** purl of the distro package that owns its files; the distro's word about that one counts then. */
  ownedBy: z.string().optional(),
  /** As stated: an SPDX expression where the format has one, otherwise the author's words. */
  licenses: z.array(z.string()).optional(),
  /** CPE 2.3 names, for programs that no ecosystem's advisories name. */
  cpes: z.array(z.string()).optional(),
});
export type InventoryPackage = z.infer<typeof InventoryPackage>;
