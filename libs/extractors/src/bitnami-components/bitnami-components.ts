import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { isPackageText, type Extraction, type Extractor, type LayerFile, type OwnedFiles } from '../extractor';
import { parseJson } from '../json';
import { ComponentList, StatedComponent } from './component-list.schema';

/** Components of Bitnami's older images. See README.md beside this file. */
export const bitnamiComponents: Extractor = {
  id: 'bitnami-components',
  revision: 1,
  reads: 'language',
  yieldsTo: 'bitnami',
  files: [{ path: 'opt/bitnami/.bitnami_components.json', maxBytes: 4 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readList(file)),
};

function readList(file: LayerFile): Extraction {
  const list = ComponentList.safeParse(parseJson(file.bytes));
  if (!list.success) {
    const message = `"${file.path}" is no list of components; those it should name are missing from the inventory.`;
    return { packages: [], problems: [problemAt(file, 'bitnami-components-invalid', message)] };
  }
  const entries = Object.entries(list.data);
  const packages = entries.flatMap(([name, value]) => packageOf(name, value) ?? []);
  const unread = entries.length - packages.length;
  const message = `"${file.path}" has ${unread} components without a readable name and version; they are missing from the inventory.`;
  return {
    packages,
    ownedFiles: packages.map(ownedBy),
    problems: unread === 0 ? [] : [problemAt(file, 'bitnami-component-invalid', message)],
  };
}

function packageOf(name: string, value: unknown): ExtractedPackage | undefined {
  const { version, arch, distro } = StatedComponent.safeParse(value).data ?? {};
  if (!/^[\w.-]+$/.test(name) || !isPackageText(name) || !isPackageText(version)) return undefined;
  const purlQualifiers = { ...(arch !== undefined && { arch }), ...(distro !== undefined && { distro }) };
  return { name, version, ...(Object.keys(purlQualifiers).length === 0 ? {} : { purlQualifiers }) };
}

/** Of those that lie beside others there is no such directory. */
function ownedBy({ name }: ExtractedPackage): OwnedFiles {
  return { name, paths: [], directories: [`opt/bitnami/${name}`] };
}

function problemAt({ path }: LayerFile, code: string, message: string): Problem {
  return { code, message, path };
}
