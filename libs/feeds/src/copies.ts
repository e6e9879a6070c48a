import { ecosystemBase, type Advisory } from '@tidewaiter/contracts';

/** One record as one part of a snapshot has it. */
export interface RecordCopy {
  readonly part: string;
  /** RFC 3339 time of the record. */
  readonly modified: string;
  /** Ecosystems the copy speaks of, releases or not. */
  readonly ecosystems: readonly string[];
}

/**
 * Which copy of a record to believe, ecosystem by ecosystem (without release). Exports of one source repeat a record
 * that names several ecosystems, and they are not made at the same moment: the newest copy wins, between equally new
 * ones the export of that very ecosystem. An ecosystem that only an older copy names is kept: that the newer one
 * withdrew it and that it was cut to its own ecosystem look the same, and only one of these errors hides something.
 */
export function copyOfEachEcosystem(copies: readonly RecordCopy[]): ReadonlyMap<string, number> {
  const chosen = new Map<string, number>();
  copies.forEach((copy, index) => {
    for (const base of new Set(copy.ecosystems.map(ecosystemBase))) {
      const other = chosen.get(base);
      const rival = other === undefined ? undefined : copies[other];
      if (rival === undefined || beats(copy, rival, base)) chosen.set(base, index);
    }
  });
  return chosen;
}

/** One advisory out of its copies: the newest one's own fields, and for each ecosystem the rows of the copy to believe. */
export function mergeCopies(copies: readonly { readonly part: string; readonly advisory: Advisory }[]): Advisory {
  const chosen = copyOfEachEcosystem(
    copies.map(({ part, advisory }) => ({
      part,
      modified: advisory.modified,
      ecosystems: advisory.affected.map(({ ecosystem }) => ecosystem),
    })),
  );
  const newest = copies.reduce((best, copy) =>
    Date.parse(copy.advisory.modified) > Date.parse(best.advisory.modified) ? copy : best,
  );
  const affected = copies.flatMap(({ advisory }, index) =>
    advisory.affected.filter(({ ecosystem }) => chosen.get(ecosystemBase(ecosystem)) === index),
  );
  return { ...newest.advisory, affected };
}

function beats(copy: RecordCopy, rival: RecordCopy, base: string): boolean {
  const difference = Date.parse(copy.modified) - Date.parse(rival.modified);
  if (difference !== 0) return difference > 0;
  return copy.part === base && rival.part !== base;
}
