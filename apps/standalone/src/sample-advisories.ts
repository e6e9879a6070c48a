import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleAdvisories } from '@tidewaiter/samples';

/** Writes the sample advisories as an OSV directory, for those who have not configured a source. Unchanged files stay. */
export async function writeSampleAdvisories(dataDir: string): Promise<string> {
  const directory = join(dataDir, 'samples');
  await mkdir(directory, { recursive: true });
  for (const advisory of sampleAdvisories) {
    const path = join(directory, `${advisory.id}.json`);
    const text = `${JSON.stringify(advisory, null, 2)}\n`;
    const existing = await readFile(path, 'utf8').catch(() => undefined);
    if (existing !== text) await writeFile(path, text);
  }
  return directory;
}
