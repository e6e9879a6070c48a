/** Debian's short names that SPDX spells otherwise, in lower case; versions of the GNU licences are seen to apart. */
const spdxNames: ReadonlyMap<string, string> = new Map([
  ['apache-2', 'Apache-2.0'],
  ['artistic', 'Artistic-1.0'],
  ['bsd-2', 'BSD-2-Clause'],
  ['bsd-3', 'BSD-3-Clause'],
  ['bsd-4', 'BSD-4-Clause'],
  ['bsd-1-clause', 'BSD-1-Clause'],
  ['bsd-2-clause', 'BSD-2-Clause'],
  ['bsd-3-clause', 'BSD-3-Clause'],
  ['bsd-4-clause', 'BSD-4-Clause'],
  ['cc0', 'CC0-1.0'],
  ['expat', 'MIT'],
  ['openldap-2.8', 'OLDAP-2.8'],
  ['perl', '(Artistic-1.0-Perl OR GPL-1.0-or-later)'],
  ['psf-2', 'PSF-2.0'],
  ['zlib', 'Zlib'],
]);

const maxChars = 200;
const maxWords = 16;

/**
 * What stands behind `License:`, as an SPDX expression as far as its names have counterparts there. `or` and `and` are written in
 * small letters here, and a comma binds less than either, which nothing can be made of. Undefined for what is no short name.
 */
export function licenseExpression(stated: string): string | undefined {
  const words = stated.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0 || words.length > maxWords || stated.length > maxChars) return undefined;
  if (isSentence(words)) return undefined;
  if (stated.includes(',') || words.some((word) => word.toLowerCase() === 'with')) return words.join(' ');
  return words.map(spdxWord).join(' ');
}

/** Names stand between `or` and `and`, and an exception's behind `with` has two words. */
function isSentence(words: readonly string[]): boolean {
  const operators = words.filter((word) => /^(?:or|and|and\/or|with|exception)$/i.test(word.replace(/,$/, ''))).length;
  return words.length - operators > operators + 1;
}

function spdxWord(word: string): string {
  if (/^(?:or|and)$/i.test(word)) return word.toUpperCase();
  return spdxNames.get(word.toLowerCase()) ?? gnuName(word) ?? word;
}

/** `GPL-2+`, `LGPL-2.1`, `GFDL-NIV-1.3+`: what SPDX calls `GPL-2.0-or-later`, `LGPL-2.1-only`, `GFDL-1.3-no-invariants-or-later`. */
function gnuName(word: string): string | undefined {
  const [, family, invariants, version, later] = /^(A?GPL|LGPL|GFDL)(-NIV)?-?v?(\d(?:\.\d)?)(\+?)$/i.exec(word) ?? [];
  if (family === undefined || version === undefined) return undefined;
  const number = version.includes('.') ? version : `${version}.0`;
  const kind = invariants === undefined ? '' : '-no-invariants';
  return `${family.toUpperCase()}-${number}${kind}-${later === '+' ? 'or-later' : 'only'}`;
}
