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
 */
export function readProject(text: string): readonly ExtractedPackage[] | undefined {
  const root = rootOf(text, 'Project');
  if (root === undefined) return undefined;
  const packages: ExtractedPackage[] = [];
  for (const group of childrenOf(root, 'ItemGroup')) {
    for (const element of group.children) {
      if (element.name !== 'PackageReference' && element.name !== 'PackageVersion') continue;
      const name = element.attributes.get('Include') ?? '';
      const version = pinned(element);
      if (version !== undefined && name !== '' && !name.includes('$(')) packages.push({ name, version });
    }
  }
  return packages;
}

function rootOf(text: string, name: string): XmlElement | undefined {
  const document = readXml(Buffer.from(text));
  return document.ok && document.value.name === name ? document.value : undefined;
}

function pinned(element: XmlElement): string | undefined {
  const stated = element.attributes.get('Version') ?? textOf(element, 'Version') ?? '';
  return /^\[?(\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]{1,100})?)\]?$/.exec(stated.trim())?.[1];
}
