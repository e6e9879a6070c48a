import type { Evidence } from './evidence';

/** A program or library that people copy into images. The name is the package's. */
export interface KnownProgram {
  readonly name: string;
  /** CPE vendor and product, as the National Vulnerability Database writes them. */
  readonly cpes: readonly string[];
  /** Of the base name, without `.exe`. What is not called so is not looked into. */
  readonly files: RegExp;
  /** The first that gives a version counts. */
  readonly evidence: readonly Evidence[];
}
