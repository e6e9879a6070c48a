import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A record in OSV form, https://ossf.github.io/osv-schema/, as far as the tests look into it. */
export interface AdvisoryFile {
  readonly id: string;
}

/** Writes records as a directory that the OSV feed reads. */
export async function writeAdvisories(directory: string, advisories: readonly AdvisoryFile[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const advisory of advisories) await writeFile(join(directory, `${advisory.id}.json`), JSON.stringify(advisory));
}
