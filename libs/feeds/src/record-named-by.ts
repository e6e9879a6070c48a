import { basename } from 'node:path/posix';

/**
 * The record that a file holds, by the file's name: OSV names each file by the record's id, CSAF by the id in lower case.
 * https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#51-filename
 */
export function recordNamedBy(path: string): string {
  return basename(path).replace(/\.json$/i, '');
}
