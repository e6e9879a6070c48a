import type { Problem, Release } from '@tidewaiter/contracts';
import { ecosystemFor } from '@tidewaiter/ecosystems';
import { extractors } from '@tidewaiter/extractors';
import type { MergedImage } from './overlay/overlay';

const databases = extractors.filter(({ reads }) => reads === 'system').map(({ id }) => id);

/**
 * An image that says of which distribution it is and lists no package of it: a layer deleted the database, emptied it or put
 * something else in its place, or it was never copied along. What the distribution brought is in the image all the same, so that
 * finding nothing there means nothing. Where a database was found and could not be read, that is said already.
 */
export function missingDatabase({ release, packages, fileProblems }: MergedImage): Problem[] {
  if (release === undefined) return [];
  const known = databases.filter((database) => ecosystemFor(database, release) !== undefined);
  const isFound = [...packages, ...fileProblems].some(({ extractor }) => known.includes(extractor));
  return known.length === 0 || isFound ? [] : [missing(release, known)];
}

function missing(release: Release, known: readonly string[]): Problem {
  const name = release.prettyName ?? [release.id, release.versionId].filter((part) => part !== undefined).join(' ');
  return {
    code: 'package-database-missing',
    message:
      `The image says that it is "${name}", and no package database of it (${known.join(', ')}) lists a package: ` +
      'it was deleted, emptied or left out. What is in the image of this distribution is not known and cannot be judged.',
  };
}
