import type { Release } from '@tidewaiter/contracts';
import type { PurlParts } from './purl';

/**
 * `ID` of os-release(5) for what documents call a distribution. Trivy has names of its own, and so has the purl
 * specification for some namespaces.
 */
const idOfName: Readonly<Record<string, string>> = {
  alma: 'almalinux',
  amazon: 'amzn',
  'amazon linux': 'amzn',
  'cbl-mariner': 'mariner',
  oracle: 'ol',
  'oracle linux': 'ol',
  'opensuse.leap': 'opensuse-leap',
  'opensuse.tumbleweed': 'opensuse-tumbleweed',
  redhat: 'rhel',
  suse: 'sles',
  'suse linux enterprise server': 'sles',
};

export function distroId(name: string): string {
  const id = name.trim().toLowerCase();
  return Object.hasOwn(idOfName, id) ? (idOfName[id] ?? id) : id;
}

/** What else our own documents say of the operating system, under the names of the inventory. */
export function ownReleaseFacts(facts: (name: string) => readonly string[]): Partial<Release> {
  const [versionCodename] = facts('versionCodename');
  const [baseCodename] = facts('baseCodename');
  const idLike = facts('idLike');
  const support = facts('support');
  return {
    ...(versionCodename === undefined ? {} : { versionCodename }),
    ...(baseCodename === undefined ? {} : { baseCodename }),
    ...(idLike.length === 0 ? {} : { idLike: [...idLike] }),
    ...(support.length === 0 ? {} : { support: [...support] }),
  };
}

/**
 * What a package's purl says about its distribution: `distro=debian-12.5`, also `distro=bookworm` and `distro=3.20.3` beside
 * the namespace, or the namespace alone. Undefined where it says nothing.
 */
export function releaseOfPurl({ namespace, qualifiers }: PurlParts): Release | undefined {
  const distro = qualifiers.get('distro');
  const id = namespace === undefined ? undefined : distroId(namespace);
  if (distro === undefined || distro === '') return id === undefined ? undefined : { id };
  const numbered = /^(?:(.+?)-)?(\d.*)$/.exec(distro);
  if (numbered !== null) {
    const [, name, versionId = ''] = numbered;
    const named = name === undefined ? id : distroId(name);
    return named === undefined ? undefined : { id: named, versionId };
  }
  // A name alone is a codename when the namespace, or the part before it, says of what.
  const [before, after] = splitOnce(distro, '-');
  if (after !== undefined && distroId(before) === id) return { id, versionCodename: after };
  if (id === undefined) return { id: distroId(distro) };
  return distroId(distro) === id ? { id } : { id, versionCodename: distro };
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
