/** What Debian's tracker says, by vulnerability: the source package and how its release stands. */
export type Issues = Readonly<Record<string, { readonly source: string; readonly release: object }>>;

const open = { status: 'open', urgency: 'high' };

/** Two issues of the samples' Debian, and enough others that losing them is noticed. */
export const issues: Issues = {
  'CVE-2099-1': { source: 'curl', release: open },
  'CVE-2099-2': { source: 'tar', release: { ...open, status: 'resolved', fixed_version: '0' } },
  ...Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [`CVE-2099-${n + 100}`, { source: `package-${n}`, release: open }]),
  ),
};

/** One record says now what it did not say before. */
export const changed: Issues = {
  ...issues,
  'CVE-2099-2': { source: 'tar', release: { ...open, status: 'resolved', fixed_version: '1.34+dfsg-1.2+deb12u1' } },
};

/** What is left of an export that broke. */
export function few(all: Issues): Issues {
  return Object.fromEntries(Object.entries(all).slice(0, 12));
}

/** https://security-tracker.debian.org/tracker/data/json */
export function trackerOf(all: Issues): string {
  const packages: Record<string, Record<string, object>> = {};
  for (const [id, { source, release }] of Object.entries(all)) {
    packages[source] = { ...packages[source], [id]: { releases: { bookworm: { repositories: {}, ...release } } } };
  }
  return JSON.stringify(packages);
}
