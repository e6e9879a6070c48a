import type { ExtractedPackage } from '@tidewaiter/contracts';

export interface CondaIdentity {
  readonly name: string;
  readonly version: string;
  readonly build?: string | undefined;
  /** A name, or an address whose last part is one. */
  readonly channel?: string | undefined;
  readonly subdir?: string | undefined;
  readonly license?: string | undefined;
}

/** The purl type's qualifiers: https://github.com/package-url/purl-spec/blob/main/types-doc/conda-definition.md */
export function condaPackage({ name, version, build, channel, subdir, license }: CondaIdentity): ExtractedPackage {
  const channelName = channel === undefined ? undefined : channelOf(channel, subdir);
  const purlQualifiers = {
    ...(build === undefined ? {} : { build }),
    ...(channelName === undefined || channelName === '' ? {} : { channel: channelName }),
    ...(subdir === undefined ? {} : { subdir }),
  };
  return {
    name,
    version,
    ...(license === undefined || license === '' ? {} : { licenses: [license] }),
    ...(Object.keys(purlQualifiers).length === 0 ? {} : { purlQualifiers }),
  };
}

/** `https://conda.anaconda.org/conda-forge/linux-64` -> `conda-forge`. */
function channelOf(channel: string, subdir: string | undefined): string {
  const parts = channel.split('/').filter((part) => part !== '' && part !== subdir);
  return parts.at(-1) ?? '';
}
