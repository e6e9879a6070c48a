import type { ExtractedPackage } from '@tidewaiter/contracts';
import { isId, isVersion, nameOf } from '../java-archive/coordinates';

/** Lines `group:artifact:version=configuration,configuration`; `empty=` names configurations that have none. */
export function* readGradleLock(text: string): Generator<ExtractedPackage> {
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('empty=')) continue;
    const [group, artifact, version, ...rest] = (line.split('=', 1)[0] ?? '').split(':', 4);
    const isWhole = isId(group) && isId(artifact) && isVersion(version) && rest.length === 0;
    yield isWhole ? { name: nameOf({ group, artifact }), version } : { name: '', version: '' };
  }
}
