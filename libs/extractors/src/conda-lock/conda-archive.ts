import type { CondaIdentity } from '../conda/conda-package';

/**
 * The file name of a conda package says what it is: `name-version-build`, then `.conda` or `.tar.bz2`; the directories above it are the
 * channel and the platform. Neither version nor build has a hyphen. Undefined for other addresses.
 * https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html
 */
export function condaArchive(address: string): CondaIdentity | undefined {
  const segments = (address.split('#', 1)[0] ?? '').split('/');
  const [, name, version, build] =
    /^(.{1,512})-([^-]{1,256})-([^-]{1,256})\.(?:conda|tar\.bz2)$/.exec(unescaped(segments.at(-1) ?? '')) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const hasChannel = /^[a-z][a-z0-9+.-]{0,32}:$/i.test(segments[0] ?? '') && segments.length > 5;
  return {
    name,
    version,
    build,
    ...(hasChannel ? { channel: segments.at(-3), subdir: segments.at(-2) } : {}),
  };
}

/** An epoch is `%21` in some addresses. */
function unescaped(text: string): string {
  return text.replaceAll('%21', '!').replaceAll('%2B', '+').replaceAll('%2b', '+');
}
