import { condaLockFiles, condaLockReaderOf } from '../conda-lock/files';
import type { Extractor, LayerFile } from '../extractor';
import { readLock, type LockReader } from '../lock';
import { readPdmLock, readPoetryLock, readPylock, readUvLock } from './toml-locks';
import { readPipfileLock } from './pipfile-lock';
import { readRequirements } from './requirements';

const maxBytes = 64 * 1024 * 1024;

const readers: ReadonlyMap<string, LockReader> = new Map<string, LockReader>([
  ['Pipfile.lock', readPipfileLock],
  ['poetry.lock', readPoetryLock],
  ['pdm.lock', readPdmLock],
  ['uv.lock', readUvLock],
  ['pylock.toml', readPylock],
]);

/** `uv lock --script`: https://docs.astral.sh/uv/guides/scripts/#locking-dependencies */
const scriptLock = '.py.lock';

/** What pip, pipenv, Poetry, PDM, uv, conda-lock and pixi were asked for or resolved. See README.md beside this file. */
export const pythonLock: Extractor = {
  id: 'python-lock',
  revision: 6,
  reads: 'lock',
  files: [
    ...[...readers.keys()].map((baseName) => ({ baseName, maxBytes })),
    { suffix: '.toml', prefix: 'pylock.', maxBytes },
    { suffix: scriptLock, maxBytes },
    { suffix: '.txt', prefix: 'requirements', maxBytes: 4 * 1024 * 1024 },
    { suffix: '.txt', below: 'requirements', maxBytes: 4 * 1024 * 1024 },
    { baseName: 'dev-requirements.txt', maxBytes: 4 * 1024 * 1024 },
    { baseName: 'test-requirements.txt', maxBytes: 4 * 1024 * 1024 },
    ...condaLockFiles,
  ],
  extract: (file) => Promise.resolve(readLock(file, readerOf(file))),
};

function readerOf(file: LayerFile): LockReader {
  const baseName = file.path.slice(file.path.lastIndexOf('/') + 1);
  const reader = readers.get(baseName);
  if (reader !== undefined) return reader;
  const readCondaLock = condaLockReaderOf(file.path);
  // What cannot be read is said once, by the extractor of conda's half.
  if (readCondaLock !== undefined) return (text) => readCondaLock(text)?.pypi ?? [];
  if (baseName.toLowerCase().endsWith(scriptLock)) return readScriptLock;
  return baseName.endsWith('.toml') ? readPylock : readRequirements;
}

/** Programs make an empty file of such a name to keep others away. */
function readScriptLock(text: string): ReturnType<LockReader> {
  return text === '' ? [] : readUvLock(text);
}
