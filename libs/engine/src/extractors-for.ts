import { extractors, type Extractor } from '@tidewaiter/extractors';

const withoutLocks = extractors.filter(({ reads }) => reads !== 'lock');

/**
 * An image is judged by what is installed in it. A lock file names what a project asked for, development tools and other platforms
 * included; what of it was installed is found where it lies.
 */
export function extractorsFor({ lockFiles }: { readonly lockFiles?: boolean | undefined }): readonly Extractor[] {
  return lockFiles === true ? extractors : withoutLocks;
}

/** As evidence names who made it. */
export function revisionOf({ id, revision }: Extractor): string {
  return `${id}@${String(revision)}`;
}
