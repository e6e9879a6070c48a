import type { Extraction, Extractor, LayerFile } from '../extractor';
import { readLock } from '../lock';
import { readGradleLock } from './gradle-lock';
import { readPomFile } from './pom-file';
import { readSbtLock } from './sbt-lock';

const maxBytes = 16 * 1024 * 1024;

/** What Gradle, Maven and sbt builds asked for. See README.md beside this file. */
export const javaLock: Extractor = {
  id: 'java-lock',
  revision: 2,
  reads: 'lock',
  files: [
    { baseName: 'gradle.lockfile', maxBytes },
    { baseName: 'buildscript-gradle.lockfile', maxBytes },
    { baseName: 'settings-gradle.lockfile', maxBytes },
    { suffix: '.lockfile', below: 'dependency-locks', maxBytes },
    { baseName: 'build.sbt.lock', maxBytes },
    { baseName: 'pom.xml', maxBytes },
  ],
  extract: (file) => Promise.resolve(read(file)),
};

function read(file: LayerFile): Extraction {
  if (file.path.endsWith('.xml')) return readLock(file, readPomFile);
  return readLock(file, file.path.endsWith('.sbt.lock') ? readSbtLock : readGradleLock);
}
