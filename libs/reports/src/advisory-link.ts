/** Where people read about a vulnerability or an advisory. OSV shows every record of the feeds. */
export function advisoryLink(id: string): string {
  const name = encodeURIComponent(id.toWellFormed());
  if (id.startsWith('CVE-')) return `https://nvd.nist.gov/vuln/detail/${name}`;
  if (id.startsWith('GHSA-')) return `https://github.com/advisories/${name}`;
  return `https://osv.dev/vulnerability/${name}`;
}

/** Who gives out ids like this one: `CVE`, `GHSA`, `DSA`. */
export function idPublisher(id: string): string {
  return id.split('-', 1)[0] ?? id;
}
