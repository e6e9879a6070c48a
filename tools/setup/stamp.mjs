import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const stampName = '.made-from';

/** One hash over names and contents. Times are not looked at: a fresh clone and a switched branch have any. */
export function fingerprintOf(root, files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

export function isFresh(output, fingerprint) {
  const file = join(output, stampName);
  return existsSync(file) && readFileSync(file, 'utf8') === fingerprint;
}

export function stamp(output, fingerprint) {
  writeFileSync(join(output, stampName), fingerprint);
}

/** The files that end up in a bundle: not tests, and not what only tests read. */
export function sourcesBelow(root, folders) {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory()) return entry.name === '__fixtures__' ? [] : sourcesBelow(root, [path]);
        return /\.(ts|json|sql)$/.test(path) && !/\.spec\.ts$/.test(path) ? [path] : [];
      }),
  );
}
