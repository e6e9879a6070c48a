/**
 * A package as one file of one layer states it, before anybody knows the distro release or what later layers did.
 * Which ecosystem it belongs to, its lookup names and its purl are decided later, from the merged image.
 */
export interface ExtractedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  readonly source?: { readonly name: string; readonly version: string };
  /** The database says that the distro itself maintains it, and not a third party's repository. */
  readonly isDistroMaintained?: boolean;
}
