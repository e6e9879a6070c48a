import { severities } from '@tidewaiter/contracts';
import { Prisma } from '@tidewaiter/db';

/** 1 for critical to 6 for unknown: how a column of severities sorts worst first. */
export function severityRank(column: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`coalesce(array_position(${[...severities]}::text[], ${column}), ${severities.length})`;
}

/** A pattern that finds this text anywhere, with LIKE's own signs taken literally. */
export function containing(text: string): string {
  return `%${literal(text)}%`;
}

export function startingWith(text: string): string {
  return `${literal(text)}%`;
}

function literal(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`);
}
