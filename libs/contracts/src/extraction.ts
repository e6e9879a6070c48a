import type { Release } from './release';

/**
 * A package as one file of one layer states it, before anybody knows the distro release or what later layers did.
 * Which ecosystem it belongs to, its lookup names and its purl are decided later, from the merged image.
 */
export interface ExtractedPackage {
  readonly name: string;
  /** Empty where nothing states it: the package is there, and what advisories say of it is undetermined. */
  readonly version: string;
  readonly architecture?: string;
  readonly source?: { readonly name: string; readonly version: string };
  /** The database says that the distro itself maintains it, and not a third party's repository. */
  readonly isDistroMaintained?: boolean;
  /** Rpm module stream it was built for, `nodejs:12`: only advisories of that stream speak of it. */
  readonly module?: string;
  /** Where in the file it is stated, for archives: `BOOT-INF/lib/a.jar!/META-INF/maven/g/a/pom.properties`. */
  readonly inside?: string;
  /** A copy that another package brought along inside itself, such as what pip has under `_vendor`. */
  readonly isVendored?: boolean;
  /** A lock file says that only work on the project needs it. Absent where it does not say. */
  readonly isDevelopment?: boolean;
  /** As stated: an SPDX expression where the format has one, otherwise the author's words. */
  readonly licenses?: readonly string[];
  /** Whose it is, where its purl's type wants that before the name: the CPAN id of a Perl distribution's author. */
  readonly purlNamespace?: string;
  /** What its purl says beside name and version, for example the platform of a gem or the UUID of a Julia package. */
  readonly purlQualifiers?: Readonly<Record<string, string>>;
  /** CPE 2.3 names, for programs that no ecosystem's advisories name. */
  readonly cpes?: readonly string[];
  /**
   * A program says itself of which distro's package it is: the extractor that would read it from that distro's database, and the
   * distro as far as it is stated. It is a package of that one, whatever the image is.
   */
  readonly builtFor?: { readonly database: string; readonly release?: Release };
}
