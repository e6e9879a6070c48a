import type { Problem } from '@tidewaiter/contracts';

/** Said of packages of an ecosystem whose advisories were not imported: no finding there means nothing. */
export function notCovered(ecosystem: string, packageCount: number): Problem {
  return {
    code: 'ecosystem-not-covered',
    message: ecosystem === 'generic' ? ofPrograms(packageCount) : ofPackages(ecosystem, packageCount),
  };
}

function ofPackages(ecosystem: string, count: number): string {
  const packages = count === 1 ? 'its package is' : `its ${count} packages are`;
  return `The advisories of ${ecosystem} are not there; whether ${packages} vulnerable is not known.`;
}

/** These have no registry whose name would say anything. */
function ofPrograms(count: number): string {
  return count === 1
    ? 'A program was recognised that no package manager installed; the advisories have no records for it, whether it is vulnerable is not known.'
    : `${count} programs were recognised that no package manager installed; the advisories have no records for them, whether they are vulnerable is not known.`;
}
