import type { Release } from '@tidewaiter/contracts';
import {
  ComponentList,
  imageDigest,
  imagePath,
  ownFacts,
  statedGaps,
  versionOf,
  type SbomComponent,
  type SbomContent,
  type SbomLimits,
} from '../component';
import { ComponentGraph, type GraphNode } from '../component-graph';
import { distroId, ownReleaseFacts } from '../release';
import { statedImage } from '../stated-image';
import { Component, type CycloneDxDocument } from './cyclonedx.schema';

/** Components wherever they are nested; the operating system among them; nothing of what the document itself is about. */
export function cyclonedxContent(document: CycloneDxDocument, limits: SbomLimits): SbomContent {
  const list = new ComponentList(limits);
  const graph = new ComponentGraph();
  let os: Release | undefined;
  const walk = (values: readonly unknown[], depth: number, parent?: number): void => {
    if (depth > limits.depth) {
      list.tooDeep();
      return;
    }
    for (const value of values) {
      const parsed = Component.safeParse(value);
      if (!parsed.success) {
        list.malformed();
        continue;
      }
      const component = parsed.data;
      if (component.type === 'operating-system') os ??= releaseOf(component);
      else if (isPackage(component)) list.add(componentOf(component));
      const node = graph.add(nodeOf(component));
      if (parent !== undefined) graph.link(parent, node);
      walk(component.components, depth + 1, node);
    }
  };
  walk(document.components, 1);
  const root = Component.safeParse(document.metadata?.component);
  if (root.success) {
    if (root.data.type === 'operating-system') os ??= releaseOf(root.data);
    const node = graph.add(nodeOf(root.data));
    graph.setAbout(node);
    walk(root.data.components, 2, node);
  }
  for (const { ref, dependsOn } of document.dependencies) for (const other of dependsOn) graph.linkRefs(ref, other);
  const about = root.success ? root.data : undefined;
  const format = { name: 'CycloneDX', version: document.specVersion, known: /^1\.[0-7]$/ };
  return list.content(format, {
    os,
    digest: about?.type === 'container' ? imageDigest(about.version) : undefined,
    image: about === undefined ? undefined : statedImage(aboutOf(about)),
    graph,
    gaps: gapsOf(document, about?.['bom-ref']),
  });
}

/** A composition without assemblies, or with what the document is about among them, speaks of the whole. */
function gapsOf({ metadata, compositions }: CycloneDxDocument, root: string | undefined): SbomContent['problems'] {
  const isIncomplete = compositions.some(
    ({ aggregate, assemblies }) =>
      aggregate.startsWith('incomplete') && (assemblies === undefined || assemblies.includes(root)),
  );
  const own = (metadata?.properties ?? []).filter(({ name }) => name === 'tidewaiter:problem');
  return statedGaps(
    own.map(({ value }) => value),
    isIncomplete,
  );
}

const packageTypes: readonly (string | undefined)[] = [
  'library',
  'application',
  'framework',
  'platform',
  'firmware',
  undefined,
];

/** Trivy writes a lock file as an application that contains its packages; files and data are no packages either. */
function isPackage({ type, purl, properties }: Component): boolean {
  if (purl !== undefined) return type !== 'container' && type !== 'file';
  return packageTypes.includes(type) && !properties.some(({ name }) => name === 'aquasecurity:trivy:Class');
}

function aboutOf({ type, name, purl }: Component): Parameters<typeof statedImage>[0] {
  return { purl, containerName: type === 'container' ? name : undefined };
}

function nodeOf(component: Component): GraphNode {
  const { 'bom-ref': ref, purl } = component;
  return { ref, purl, locations: locationsOf(component) };
}

function locationsOf(component: Component): readonly string[] {
  const stated = new Properties(component);
  const paths = [
    ...(component.evidence?.occurrences ?? []).map(({ location }) => location),
    ...stated.all(/^syft:location:\d+:path$/),
    ...stated.all(/^aquasecurity:trivy:FilePath$/),
  ];
  return [...new Set(paths.map(imagePath))];
}

function componentOf(component: Component): SbomComponent {
  const { group, name, version, purl, cpe, licenses } = component;
  const stated = new Properties(component);
  return {
    name: group === undefined || group === '' ? name : `${group}/${name}`,
    version,
    purl,
    cpes: [...(cpe === undefined ? [] : [cpe]), ...stated.all(/^(?:tidewaiter:cpe|syft:cpe23)$/)],
    licenses,
    locations: locationsOf(component),
    source: sourceOf(stated),
    ownedBy: stated.one('tidewaiter:ownedBy'),
    ours: ownFacts((fact) => stated.one(`tidewaiter:${fact}`)),
  };
}

function sourceOf(stated: Properties): SbomComponent['source'] {
  const name = stated.one('tidewaiter:source:name');
  if (name !== undefined) return { name, version: stated.one('tidewaiter:source:version') };
  const trivyName = stated.one('aquasecurity:trivy:SrcName');
  if (trivyName === undefined) return undefined;
  const version = stated.one('aquasecurity:trivy:SrcVersion');
  return {
    name: trivyName,
    version:
      version === undefined
        ? undefined
        : versionOf({
            epoch: stated.one('aquasecurity:trivy:SrcEpoch'),
            version,
            release: stated.one('aquasecurity:trivy:SrcRelease'),
          }),
  };
}

function releaseOf(component: Component): Release {
  const { name, version, description } = component;
  const stated = new Properties(component);
  const codename = stated.one('syft:distro:versionCodename');
  return {
    id: distroId(stated.one('syft:distro:id') ?? name),
    ...(version === undefined || version === '' ? {} : { versionId: version }),
    ...(codename === undefined ? {} : { versionCodename: codename }),
    ...(description === undefined ? {} : { prettyName: description }),
    ...ownReleaseFacts((fact) => stated.all(new RegExp(`^tidewaiter:os:${fact}$`))),
  };
}

class Properties {
  constructor(private readonly component: Pick<Component, 'properties'>) {}

  one(name: string): string | undefined {
    return this.component.properties.find((property) => property.name === name)?.value;
  }

  all(name: RegExp): readonly string[] {
    return this.component.properties.flatMap((property) => (name.test(property.name) ? [property.value] : []));
  }
}
