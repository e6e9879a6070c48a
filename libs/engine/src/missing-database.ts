import type { Problem, Release } from '@tidewaiter/contracts';
import { ecosystemFor } from '@tidewaiter/ecosystems';
import { extractors } from '@tidewaiter/extractors';
import type { MergedImage } from './overlay/overlay';

const databases = extractors.filter(({ reads }) => reads === 'system').map(({ id }) => id);

/**
 * An image that says of which distribution it is and lists no package of it: a layer deleted the database, emptied it or put
 * something else in its place, or it was never copied along. What the distribution brought is in the image all the same, so that
 * finding nothing there means nothing. Where a database was found and could not be read, that is said already; so it is where packages
 * were read that no distribution known here brought.
 */
export function missingDatabase({ release, packages, fileProblems }: MergedImage): Problem[] {
  if (release === undefined) return [];
  const known = databases.filter((database) => ecosystemFor(database, release) !== undefined);
  const expected = known.length === 0 ? databases : known;
  if ([...packages, ...fileProblems].some(({ extractor }) => expected.includes(extractor))) return [];
  return [known.length === 0 ? unknown(release) : missing(release, known)];
}

/** Gentoo, NixOS, Void and others, which have databases that are not read here, or none at all. */
function unknown(release: Release): Problem {
  return {
    code: 'distro-unsupported',
    message:
      `The image says that it is "${nameOf(release)}", a distribution that is not known here: ` +
      'what is in the image of it is not known and cannot be judged.',
  };
}

function nameOf({ prettyName, id, versionId }: Release): string {
  return prettyName ?? [id, versionId].filter((part) => part !== undefined).join(' ');
}

function missing(release: Release, known: readonly string[]): Problem {
  return {
    code: 'package-database-missing',
    message:
      `The image says that it is "${nameOf(release)}", and no package database of it (${known.join(', ')}) lists a package: ` +
      'it was deleted, emptied or left out. What is in the image of this distribution is not known and cannot be judged.',
  };
}
