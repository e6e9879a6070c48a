import { isId, isVersion, type Coordinates } from './coordinates';

/** Directories that repositories begin in: Maven's own, Karaf's, and what Coursier keeps of Maven Central. */
const roots = ['/repository/', '/system/', '/maven2/'];

/** What an archive is by where a build tool keeps it; undefined where it lies anywhere else. */
export function coordinatesOfPlace(path: string): Coordinates | undefined {
  const found = inGradleCache(path) ?? inMavenRepository(`/${path}`);
  if (found === undefined || !isId(found.group) || !isId(found.artifact) || !isVersion(found.version)) return undefined;
  const file = path.slice(path.lastIndexOf('/') + 1);
  const expected = `${found.artifact}-${found.version}`;
  return file.startsWith(`${expected}.`) || file.startsWith(`${expected}-`) ? found : undefined;
}

/** `files-2.1/<group>/<artifact>/<version>/<hash>/<file>`: https://docs.gradle.org/current/userguide/directory_layout.html */
function inGradleCache(path: string): Coordinates | undefined {
  const [, group, artifact, version] =
    /(?:^|\/)files-2\.\d{1,2}\/([^/]+)\/([^/]+)\/([^/]+)\/[0-9a-f]+\/[^/]+$/.exec(path) ?? [];
  return group === undefined || artifact === undefined || version === undefined
    ? undefined
    : { group, artifact, version };
}

/** `<gro>/<up>/<artifact>/<version>/<file>`: https://maven.apache.org/repositories/layout.html */
function inMavenRepository(path: string): Coordinates | undefined {
  const start = Math.max(...roots.map((root) => path.lastIndexOf(root)));
  if (start === -1) return undefined;
  const segments = path.slice(path.indexOf('/', start + 1) + 1, path.lastIndexOf('/')).split('/');
  const version = segments.pop();
  const artifact = segments.pop();
  if (segments.length === 0 || artifact === undefined || version === undefined) return undefined;
  return { group: segments.join('.'), artifact, version };
}
