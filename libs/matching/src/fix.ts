import type { VersionScheme } from '@tidewaiter/versions';

/**
 * The version that leaves all of several affected intervals: the greatest of their fixes, and none while one of them has
 * no fix (or one that cannot be read).
 */
export function commonFix(scheme: VersionScheme, fixes: readonly (string | undefined)[]): string | undefined {
  let greatest: { readonly text: string; readonly version: unknown } | undefined;
  for (const text of fixes) {
    const parsed = text === undefined ? undefined : scheme.parse(text);
    if (text === undefined || parsed?.ok !== true) return undefined;
    if (greatest === undefined || scheme.compare(parsed.value, greatest.version) > 0) {
      greatest = { text, version: parsed.value };
    }
  }
  return greatest?.text;
}

/** The least of several fixes that `clears`; those that cannot be read are none. */
export function leastFix(
  scheme: VersionScheme,
  fixes: readonly (string | undefined)[],
  clears: (version: string) => boolean,
): string | undefined {
  const read = [...new Set(fixes)].flatMap((text) => {
    const parsed = text === undefined ? undefined : scheme.parse(text);
    return text !== undefined && parsed?.ok === true ? [{ text, version: parsed.value }] : [];
  });
  return read.sort((a, b) => scheme.compare(a.version, b.version)).find(({ text }) => clears(text))?.text;
}
