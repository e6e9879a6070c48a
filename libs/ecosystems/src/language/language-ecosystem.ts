import { normalizeAdvisoryName, type ExtractedPackage } from '@tidewaiter/contracts';
import type { VersionScheme } from '@tidewaiter/versions';
import type { Ecosystem } from '../ecosystem';
import { purlOf, type PurlParts } from '../purl';

export interface LanguageTraits {
  readonly id: string;
  readonly advisoryEcosystem: string;
  readonly purlType: string;
  /** Left out where no advisories speak of it, so that nothing is ever compared. */
  readonly scheme?: VersionScheme;
  readonly extractors: readonly string[];
  /** What the purl's type definition makes of the package. Without: the name and version as they are. */
  purl?(extracted: ExtractedPackage): PurlNaming;
  /** Names that advisories may use besides the package's own. */
  otherNames?(name: string): readonly string[];
}

/** What differs from `pkg:type/name@version`. */
export type PurlNaming = Partial<Pick<PurlParts, 'type' | 'namespace' | 'name' | 'version'>>;

/** Packages of a language's registry: the same in every image, and every file speaks of itself. */
export function languageEcosystem(traits: LanguageTraits): Ecosystem {
  const { id, advisoryEcosystem, purlType, scheme, extractors } = traits;
  return {
    id,
    advisoryEcosystem,
    purlType,
    ...(scheme === undefined ? {} : { scheme }),
    extractors,
    needsRelease: false,
    layering: 'per-file',
    identify: (extracted) => {
      const { name, version } = extracted;
      const purl = purlOf({
        type: purlType,
        namespace: extracted.purlNamespace,
        name,
        version,
        ...traits.purl?.(extracted),
        qualifiers: extracted.purlQualifiers ?? {},
      });
      return { ecosystem: advisoryEcosystem, name, version, purl };
    },
    foldName: (name) => normalizeAdvisoryName(advisoryEcosystem, name),
    lookupKeys: ({ name }) => {
      const names = [name, ...(traits.otherNames?.(name) ?? [])].map((each) =>
        normalizeAdvisoryName(advisoryEcosystem, each),
      );
      return [...new Set(names)].map((each) => ({ ecosystem: advisoryEcosystem, name: each }));
    },
  };
}

/** `github.com/gorilla/mux` -> `github.com/gorilla` and `mux`. */
export function splitAtLastSlash(name: string): PurlNaming & { readonly name: string } {
  const slash = name.lastIndexOf('/');
  return slash === -1 ? { name } : { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}

/** Where a purl type demands a namespace that is not known, the package can only be named as a thing in general. */
export const withoutNamespace: PurlNaming = { type: 'generic' };
