import type { ExtractedPackage, Problem, Release } from '@tidewaiter/contracts';
import { ecosystemForPurl, type Ecosystem } from '@tidewaiter/ecosystems';
import { versionOf, type OwnFacts, type SbomComponent, type SbomContent } from './component';
import { distroTypes } from './distro-purls';
import { parsePurl, type PurlParts } from './purl';
import { releaseOfPurl } from './release';

/** A component as an extractor would have read it from an image. */
export interface SbomPackage {
  readonly extracted: ExtractedPackage;
  /** Undefined for a kind of package, or a distribution, that nothing here knows. */
  readonly ecosystem: Ecosystem | undefined;
  /** What the component, or else the document, says about its distribution. */
  readonly release: Release | undefined;
  readonly purlType: string;
  /** Whether packages of this type mean something only within a release of a distribution. */
  readonly isDistro: boolean;
  /** As the document has it. */
  readonly purl: string;
  readonly locations: readonly string[];
  /** The purl, as the document has it, of a package that owns this one's files. */
  readonly ownedBy: string | undefined;
  readonly ours: OwnFacts;
}

export interface NamedPackages {
  readonly packages: readonly SbomPackage[];
  readonly problems: readonly Problem[];
}

/** What documents write where there is none: `UNKNOWN` is Syft's. */
const noVersion: ReadonlySet<string> = new Set(['', 'UNKNOWN', 'NOASSERTION']);

export function namePackages({ components, os }: SbomContent): NamedPackages {
  const packages: SbomPackage[] = [];
  const unnamed: SbomComponent[] = [];
  const unversioned: SbomComponent[] = [];
  for (const component of components) {
    const purl = component.purl === undefined ? undefined : parsePurl(component.purl);
    if (component.purl === undefined || purl === undefined) unnamed.push(component);
    else {
      const version = purl.version ?? component.version ?? '';
      if (noVersion.has(version)) unversioned.push(component);
      else packages.push(packageOf(component, { purl, text: component.purl, version, os }));
    }
  }
  return {
    packages,
    problems: [
      ...told(unnamed, {
        code: 'sbom-component-unnamed',
        what: 'have no package URL, so nobody can tell which packages they are',
      }),
      ...told(unversioned, { code: 'sbom-component-unversioned', what: 'have no version and are left out' }),
      ...told(
        packages.filter(isWithoutRelease).map(({ extracted }) => extracted),
        {
          code: 'sbom-distro-missing',
          what:
            'belong to a distribution whose release is not stated (no "distro" in their package URL, no component of type ' +
            'operating-system), so whether they are affected cannot be decided',
        },
      ),
    ],
  };
}

function isWithoutRelease({ ecosystem, release, isDistro }: SbomPackage): boolean {
  if (!isDistro || ecosystem?.needsRelease === false) return false;
  return release?.versionId === undefined && release?.versionCodename === undefined;
}

const shownNames = 5;
const shownChars = 128;

function told(
  components: readonly { readonly name: string }[],
  { code, what }: { readonly code: string; readonly what: string },
): Problem[] {
  if (components.length === 0) return [];
  const names = [...new Set(components.map(({ name }) => name.slice(0, shownChars)))];
  const shown = names.slice(0, shownNames).join(', ');
  const more = names.length > shownNames ? ', ...' : '';
  return [{ code, message: `${components.length} components ${what}: ${shown}${more}.` }];
}

interface Identity {
  readonly purl: PurlParts;
  readonly text: string;
  readonly version: string;
  readonly os: Release | undefined;
}

function packageOf(component: SbomComponent, { purl, text, version, os }: Identity): SbomPackage {
  const isDistro = distroTypes.has(purl.type);
  const release = isDistro ? releaseFor(purl, os) : os;
  const ecosystem = ecosystemForPurl(purl.type, release);
  const architecture = purl.qualifiers.get('arch');
  const fullVersion = withEpoch(version, purl.qualifiers.get('epoch'));
  const source = isDistro ? sourceOf(component, purl, fullVersion) : undefined;
  const module = moduleOf(purl);
  const qualifiers = isDistro ? {} : ownQualifiers(purl);
  return {
    extracted: {
      name: nameOf(component, isDistro ? purl.name : fullName(purl)),
      version: fullVersion,
      ...(architecture === undefined || !isDistro ? {} : { architecture }),
      ...(source === undefined ? {} : { source }),
      ...(module === undefined ? {} : { module }),
      ...(component.licenses.length === 0 ? {} : { licenses: component.licenses }),
      ...(component.cpes.length === 0 ? {} : { cpes: component.cpes }),
      ...(purl.namespace === undefined || !saysWhose(purl) ? {} : { purlNamespace: purl.namespace }),
      ...(Object.keys(qualifiers).length === 0 ? {} : { purlQualifiers: qualifiers }),
    },
    ecosystem,
    release,
    purlType: purl.type,
    isDistro,
    purl: text,
    locations: component.locations,
    ownedBy: component.ownedBy,
    ours: component.ours ?? {},
  };
}

/** The document knows more about a distribution than a package's purl does; of another one the purl alone speaks. */
function releaseFor(purl: PurlParts, os: Release | undefined): Release | undefined {
  const stated = releaseOfPurl(purl);
  if (stated === undefined || os === undefined) return stated ?? os;
  const isSame =
    stated.id === os.id.toLowerCase() && (stated.versionId === undefined || stated.versionId === os.versionId);
  // A namespace alone may be another word for the same distribution.
  const saysNothing = stated.versionId === undefined && stated.versionCodename === undefined;
  return isSame || saysNothing ? os : stated;
}

/** The purl of some types is in lower case where names (Go's, for example) are not: then the component has the true one. */
function nameOf({ name }: SbomComponent, fromPurl: string): string {
  return name.toLowerCase() === fromPurl.toLowerCase() ? name : fromPurl;
}

/** There the namespace is no part of the name. */
function saysWhose({ type }: Pick<PurlParts, 'type'>): boolean {
  return type === 'cpan' || type === 'conan';
}

/** The name that advisories and extractors use: with its scope, group, vendor or path. Types of CPAN and Conan name people there. */
function fullName({ type, namespace, name }: PurlParts): string {
  if (namespace === undefined || saysWhose({ type })) return name;
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`;
}

/** Rpm always has the epoch there, Trivy also Debian's. A version that has one already keeps it. */
function withEpoch(version: string, epoch: string | undefined): string {
  return /^\d+:/.test(version) ? version : versionOf({ epoch, version });
}

/** Where tools put what has a place of its own, or says nothing about which package it is. */
const foreignQualifiers = new Set([
  'arch',
  'distro',
  'epoch',
  'upstream',
  'package-id',
  'checksum',
  'download_url',
  'vcs_url',
  'file_name',
]);

function ownQualifiers({ qualifiers }: PurlParts): Record<string, string> {
  return Object.fromEntries([...qualifiers].filter(([key]) => !foreignQualifiers.has(key)));
}

/**
 * What the document states beside the purl; else Syft's `upstream=name`, `upstream=name@version` or the name of a source rpm. Tools
 * leave it out where a Debian package is named like its source.
 */
function sourceOf(component: SbomComponent, purl: PurlParts, version: string): ExtractedPackage['source'] {
  if (component.source !== undefined) {
    return { name: component.source.name, version: component.source.version ?? version };
  }
  const upstream = purl.qualifiers.get('upstream');
  if (upstream === undefined) {
    // Ours always state it where it is known.
    return purl.type === 'deb' && component.ours === undefined ? { name: purl.name, version } : undefined;
  }
  const rpm = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(upstream);
  // Without an epoch, as in an rpm database: the ecosystem knows when the build's is the source's too.
  if (rpm?.[1] !== undefined && rpm[2] !== undefined) return { name: rpm[1], version: rpm[2] };
  const at = upstream.lastIndexOf('@');
  return at <= 0 ? { name: upstream, version } : { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
}

/** `nodejs:18:8060020...`: name and stream of an rpm module, under either tool's name for it. */
function moduleOf({ qualifiers }: PurlParts): string | undefined {
  const label = qualifiers.get('rpmmod') ?? qualifiers.get('modularitylabel');
  return label === undefined ? undefined : /^[^:]+:[^:]+/.exec(label)?.[0];
}
