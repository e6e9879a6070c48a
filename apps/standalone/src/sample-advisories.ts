import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleAdvisories } from '@tidewaiter/samples';
import { readIfThere } from './read-if-there';

/** Writes the sample advisories as an OSV directory, for those who have not configured a source. Unchanged files stay. */
export async function writeSampleAdvisories(dataDir: string): Promise<string> {
  const directory = join(dataDir, 'samples');
  await mkdir(directory, { recursive: true });
  for (const advisory of sampleAdvisories) {
    const path = join(directory, `${advisory.id}.json`);
    const text = `${JSON.stringify(advisory, null, 2)}\n`;
    if ((await readIfThere(path)) !== text) await writeFile(path, text);
  }
  return directory;
}
