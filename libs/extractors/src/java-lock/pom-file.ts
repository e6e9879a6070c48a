import type { ExtractedPackage } from '@tidewaiter/contracts';
import { childOf, childrenOf, textOf, type XmlElement } from '@tidewaiter/formats';
import { isId, isVersion, nameOf } from '../java-archive/coordinates';
import { parsePom, type Pom } from '../java-archive/pom';

/**
 * A project's own coordinates and the dependencies whose version the file itself states, in place, as a property or under
 * `dependencyManagement`. What a parent or an imported bill of materials decides is not known here.
 */
export function readPomFile(text: string): readonly ExtractedPackage[] | undefined {
  const parsed = parsePom(Buffer.from(text));
  if (!parsed.ok) return undefined;
  const pom = parsed.value;
  const managed = new Map<string, string>();
  for (const element of childrenOf(childOf(pom.project, 'dependencyManagement', 'dependencies'), 'dependency')) {
    const dependency = read(pom, element);
    if (dependency?.version !== undefined && !managed.has(dependency.name)) {
      managed.set(dependency.name, dependency.version);
    }
  }
  const found = new Map<string, ExtractedPackage>();
  for (const element of childrenOf(childOf(pom.project, 'dependencies'), 'dependency')) {
    // Tests are not shipped, and what the system has is no artifact of Maven's.
    if (['test', 'system'].includes(textOf(element, 'scope') ?? '')) continue;
    const dependency = read(pom, element);
    if (dependency === undefined) continue;
    const version = dependency.version ?? managed.get(dependency.name);
    if (version !== undefined) found.set(dependency.name, { name: dependency.name, version });
  }
  return [...own(pom), ...found.values()];
}

function own({ group, artifact, version }: Pom): readonly ExtractedPackage[] {
  if (!isId(group) || !isId(artifact) || !isVersion(version)) return [];
  return [{ name: nameOf({ group, artifact }), version }];
}

function read(pom: Pom, element: XmlElement): { name: string; version: string | undefined } | undefined {
  const group = pom.resolve(textOf(element, 'groupId'));
  const artifact = pom.resolve(textOf(element, 'artifactId'));
  if (!isId(group) || !isId(artifact)) return undefined;
  // `[1.0]` is exactly that version, other brackets are ranges.
  const version = pom.resolve(textOf(element, 'version'))?.replace(/^\[([^,[\]]+)\]$/, '$1');
  return { name: nameOf({ group, artifact }), version: isVersion(version) ? version : undefined };
}
