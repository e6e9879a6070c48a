import type { ExtractedPackage } from '@tidewaiter/contracts';

/** What rpm says of a package, wherever it says it. */
export interface RpmFacts {
  readonly name: string;
  /** `version-release` */
  readonly versionRelease: string;
  readonly epoch: number | undefined;
  readonly architecture: string | undefined;
  readonly sourceRpm: string | undefined;
  readonly modularityLabel?: string | undefined;
  readonly license?: string | undefined;
}

export function packageOf(facts: RpmFacts): ExtractedPackage {
  const { name, versionRelease, epoch, architecture, license } = facts;
  const source = sourceOf(facts.sourceRpm);
  const module = moduleOf(facts.modularityLabel);
  return {
    name,
    version: epoch === undefined ? versionRelease : `${epoch}:${versionRelease}`,
    ...(isStated(architecture) ? { architecture } : {}),
    ...(source === undefined ? {} : { source }),
    ...(module === undefined ? {} : { module }),
    ...(isStated(license) ? { licenses: [license] } : {}),
  };
}

function isStated(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== '(none)';
}

/**
 * `name-version-release.src.rpm`. It has no epoch, and a subpackage may have another one than its source (perl-Errno and perl):
 * the source's version is without one, whatever the package's is.
 */
function sourceOf(sourceRpm: string | undefined): ExtractedPackage['source'] {
  if (!isStated(sourceRpm)) return undefined;
  const file = sourceRpm.replace(/\.rpm$/, '').replace(/\.[^.-]*$/, '');
  const release = file.lastIndexOf('-');
  const version = file.lastIndexOf('-', release - 1);
  return version < 1 ? undefined : { name: file.slice(0, version), version: file.slice(version + 1) };
}

/** `name:stream:version:context`, of which advisories know the first two. */
function moduleOf(label: string | undefined): string | undefined {
  const [name, stream] = (label ?? '').split(':');
  return name && stream ? `${name}:${stream}` : undefined;
}
