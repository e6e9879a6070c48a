/**
 * The CPE 2.3 name of a version of a product: https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf
 * `1.8.0_392` of Java and `9.2p1` of OpenSSH have the part after the release in the field for updates.
 */
export function cpeOf(product: string, version: string): string {
  const [release = '', update = '*'] = releaseAndUpdate(version);
  return cpeName(product, release, update);
}

/** The same of a release and an update that are known by themselves. */
export function cpeName(product: string, release: string, update = '*'): string {
  return `cpe:2.3:a:${product}:${bound(release)}:${update === '*' ? update : bound(update)}:*:*:*:*:*:*`;
}

function releaseAndUpdate(version: string): readonly string[] {
  const java = /^1\.(\d+)\.0_(\d+)/.exec(version);
  if (java !== null) return [java[1] ?? '', `update${java[2]}`];
  return /^(\d+(?:\.\d+)*)[-.]?((?:alpha|beta|pre|rc|dev|preview|p)\d*)$/.exec(version)?.slice(1) ?? [version];
}

/** What is not a letter, a digit, `_`, `-` or `.` is escaped. */
function bound(text: string): string {
  return text.replace(/[^\w.-]/g, '\\$&');
}
