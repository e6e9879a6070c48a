import type { ExtractedPackage } from '@tidewaiter/contracts';
import { childrenOf, readXml, textOf, type XmlElement } from '@tidewaiter/formats';

/** `<package id="A" version="1.0" developmentDependency="true"/>`: https://learn.microsoft.com/nuget/reference/packages-config */
export function readPackagesConfig(text: string): readonly ExtractedPackage[] | undefined {
  const root = rootOf(text, 'packages');
  return (
    root &&
    childrenOf(root, 'package').map(({ attributes }) => ({
      name: attributes.get('id') ?? '',
      version: attributes.get('version') ?? '',
      ...(attributes.get('developmentDependency') === 'true' ? { isDevelopment: true } : {}),
    }))
  );
}

/**
 * References with a literal version, `PackageReference` of a project and `PackageVersion` of Directory.Packages.props: NuGet takes
 * exactly that one for a direct reference. Ranges, floating versions and variables say nothing.
 * https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files
 * https://learn.microsoft.com/nuget/consume-packages/central-package-management
 */
export function readProject(text: string): readonly ExtractedPackage[] | undefined {
  const root = rootOf(text, 'Project');
  if (root === undefined) return undefined;
  const packages: ExtractedPackage[] = [];
  for (const element of itemGroupsOf(root).flatMap((group) => group.children)) {
    const kind = references.get(element.name);
    // `Update` gives a version to a reference that another file has.
    const name = element.attributes.get('Include') ?? element.attributes.get('Update') ?? '';
    const version = pinned(element);
    if (kind !== undefined && version !== undefined && name !== '' && !name.includes('$(')) {
      packages.push({ name, version, ...kind });
    }
  }
  return packages;
}

const references: ReadonlyMap<string, Pick<ExtractedPackage, 'isDevelopment'>> = new Map([
  ['PackageReference', {}],
  ['PackageVersion', {}],
  // For every project, but only to build it.
  ['GlobalPackageReference', { isDevelopment: true }],
]);

/** Also those of `Choose`: which of its branches is built is not known here. */
function itemGroupsOf(root: XmlElement): readonly XmlElement[] {
  const branches = childrenOf(root, 'Choose').flatMap(({ children }) => children);
  return [root, ...branches].flatMap((each) => childrenOf(each, 'ItemGroup'));
}

function rootOf(text: string, name: string): XmlElement | undefined {
  const document = readXml(Buffer.from(text));
  return document.ok && document.value.name === name ? document.value : undefined;
}

function pinned(element: XmlElement): string | undefined {
  // A project may have another version than the one that Directory.Packages.props has for all.
  const stated = ['VersionOverride', 'Version'].map((name) => element.attributes.get(name) ?? textOf(element, name));
  const version = stated.find((each) => each !== undefined) ?? '';
  return /^\[?(\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]{1,100})?)\]?$/.exec(version.trim())?.[1];
}
