import { childOf, childrenOf, textOf, type XmlElement } from '@tidewaiter/formats';
import type { CycloneDxDocument } from './cyclonedx.schema';

const namespace = /^http:\/\/cyclonedx\.org\/schema\/bom\/(\d+\.\d+)$/;

/** The same document as its JSON form. Undefined when the element is no CycloneDX document. */
export function cyclonedxOfXml(root: XmlElement): CycloneDxDocument | undefined {
  const declared = [...root.attributes].find(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))?.[1] ?? '';
  const specVersion = namespace.exec(declared)?.[1];
  if (root.name !== 'bom' || specVersion === undefined) return undefined;
  const metadata = childOf(root, 'metadata');
  const about = childOf(metadata, 'component');
  return {
    bomFormat: 'CycloneDX',
    specVersion,
    metadata: {
      component: about === undefined ? undefined : componentOf(about),
      properties: propertiesOf(metadata),
    },
    compositions: childrenOf(childOf(root, 'compositions'), 'composition').map((composition) => {
      const assemblies = childOf(composition, 'assemblies');
      return {
        aggregate: textOf(composition, 'aggregate') ?? '',
        ...(assemblies === undefined
          ? {}
          : { assemblies: childrenOf(assemblies, 'assembly').map(({ attributes }) => attributes.get('ref')) }),
      };
    }),
    components: componentsOf(root),
    dependencies: childrenOf(childOf(root, 'dependencies'), 'dependency').map((dependency) => ({
      ref: dependency.attributes.get('ref') ?? '',
      dependsOn: childrenOf(dependency, 'dependency').map(({ attributes }) => attributes.get('ref') ?? ''),
    })),
  };
}

function propertiesOf(element: XmlElement | undefined): { name: string; value: string }[] {
  return childrenOf(childOf(element, 'properties'), 'property').map(({ attributes, text }) => ({
    name: attributes.get('name') ?? '',
    value: text,
  }));
}

function componentsOf(parent: XmlElement): object[] {
  return childrenOf(childOf(parent, 'components'), 'component').map(componentOf);
}

/** Nested as deep as the reader of XML lets a document be. */
function componentOf(element: XmlElement): object {
  const licenses = childOf(element, 'licenses');
  return {
    'bom-ref': element.attributes.get('bom-ref'),
    type: element.attributes.get('type'),
    group: textOf(element, 'group'),
    name: textOf(element, 'name'),
    version: textOf(element, 'version'),
    description: textOf(element, 'description'),
    purl: textOf(element, 'purl'),
    cpe: textOf(element, 'cpe'),
    licenses: [
      ...childrenOf(licenses, 'license').map((license) => ({
        license: { id: textOf(license, 'id'), name: textOf(license, 'name') },
      })),
      ...childrenOf(licenses, 'expression').map(({ text }) => ({ expression: text })),
    ],
    properties: propertiesOf(element),
    evidence: {
      occurrences: childrenOf(childOf(element, 'evidence', 'occurrences'), 'occurrence').map((occurrence) => ({
        location: textOf(occurrence, 'location') ?? '',
      })),
    },
    components: componentsOf(element),
  };
}
