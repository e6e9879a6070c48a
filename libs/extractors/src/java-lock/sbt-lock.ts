import type { ExtractedPackage } from '@tidewaiter/contracts';
import { nameOf } from '../java-archive/coordinates';
import { parseJson } from '../json';
import { SbtLock } from './sbt-lock.schema';

export function readSbtLock(text: string): readonly ExtractedPackage[] | undefined {
  const lock = SbtLock.safeParse(parseJson(Buffer.from(text)));
  return lock.data?.modules.map(({ org, name, version }) => ({
    name: nameOf({ group: org, artifact: name }),
    version,
  }));
}
