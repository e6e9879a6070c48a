import { parsePurl, type PurlParts } from './purl';

/** Whether a package is what a purl names: what the purl leaves out may be anything, what it states must be so. */
export function namesPackage(stated: string, purl: string): boolean {
  const wanted = parsePurl(stated);
  const actual = parsePurl(purl);
  if (wanted === undefined || actual === undefined || wanted.type !== actual.type) return false;
  if (pathOf(wanted) !== pathOf(actual)) return false;
  if (wanted.version !== undefined && versionOf(wanted) !== versionOf(actual)) return false;
  return [...wanted.qualifiers].every(([key, value]) => actual.qualifiers.get(key) === value);
}

function pathOf({ type, namespace, name }: PurlParts): string {
  const path = (namespace === undefined ? name : `${namespace}/${name}`).toLowerCase();
  // PEP 503: one project, many spellings.
  return type === 'pypi' ? path.replace(/[-_.]+/g, '-') : path;
}

/** Go versions are written with their "v" and without it. */
function versionOf({ type, version }: PurlParts): string | undefined {
  return type === 'golang' ? version?.replace(/^v/, '') : version;
}
