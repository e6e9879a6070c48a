import { Prisma } from '@tidewaiter/db';

/** What is counted of a package's open matches and summed up for parts and images, and how. Also columns of their tables. */
const counts = {
  critical: severityCount('critical'),
  high: severityCount('high'),
  medium: severityCount('medium'),
  low: severityCount('low'),
  negligible: severityCount('negligible'),
  unknown: severityCount('unknown'),
  undetermined: `m.state = 'undetermined'`,
  fixable: `m.state = 'affected' AND m.fixed_in IS NOT NULL`,
};

function severityCount(severity: string): string {
  return `m.state = 'affected' AND m.severity = '${severity}'`;
}

/** The same text for every count, its name in place of `$`; nothing of it comes from outside. */
export function each(text: string, separator = ', '): Prisma.Sql {
  return Prisma.raw(
    Object.keys(counts)
      .map((name) => text.replaceAll('$', name))
      .join(separator),
  );
}

/** All of them, of the matches `m` that a query groups. */
export const counted = Prisma.raw(
  Object.entries(counts)
    .map(([name, condition]) => `(count(*) FILTER (WHERE ${condition}))::int AS ${name}`)
    .join(', '),
);
