import type { Problem } from '@tidewaiter/contracts';

/** Said of packages of an ecosystem that no advisory speaks of: no finding there means nothing. */
export function notCovered(ecosystem: string, packageCount: number): Problem {
  const packages = packageCount === 1 ? 'its package is' : `its ${packageCount} packages are`;
  return {
    code: 'ecosystem-not-covered',
    message: `The advisories have no records for ${ecosystem}; whether ${packages} vulnerable is not known.`,
  };
}
