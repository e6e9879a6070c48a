/** Red Hat's lines of extended support, the longest spread first; CPEs of their products begin with `rhel_`. */
const lines = ['eus', 'e4s', 'tus', 'aus'] as const;

/**
 * Lines of extended support that an image's packages came from, by its content sets: `rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2` is of
 * `eus`, as is `rhel-7-server-eus-rpms`. None for the usual ones.
 */
export function extendedSupportOf(contentSets: readonly string[]): readonly string[] {
  return lines.filter((line) => contentSets.some((name) => name.startsWith('rhel-') && name.includes(`-${line}-`)));
}
