import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseToml } from '../toml';
import { JuliaProject } from './project.schema';

/** Packages that Julia's package manager installed, and its standard library's. See README.md beside this file. */
export const julia: Extractor = {
  id: 'julia',
  revision: 1,
  reads: 'language',
  files: ['Project.toml', 'JuliaProject.toml'].map((baseName) => ({ baseName, maxBytes: 1024 * 1024 })),
  extract: (file) => Promise.resolve(readProject(file)),
};

/** `packages/<name>/<slug>` of a depot, where the slug is made from the tree's hash, and `stdlib/v<major>.<minor>/<name>`. */
const installed =
  /(?:^|\/)(?:packages\/([^/]{1,256})\/[A-Za-z0-9]{4,8}|stdlib\/v\d{1,4}\.\d{1,4}\/([^/]{1,256}))\/(?:Julia)?Project\.toml$/;

function readProject(file: LayerFile): Extraction {
  const [, inDepot, inLibrary] = installed.exec(file.path) ?? [];
  const directory = inDepot ?? inLibrary;
  if (directory === undefined) return nothingExtracted;
  const project = JuliaProject.safeParse(parseToml(file.bytes.toString('utf8')));
  // Others have directories called `packages` too, and parts of the standard library have no version of their own.
  if (!project.success || project.data.name !== directory) return nothingExtracted;
  const { name, uuid, version } = project.data;
  return {
    packages: [{ name, version, purlQualifiers: { uuid } }],
    ownedFiles: [{ statedIn: file.path, paths: [], directories: [file.path.slice(0, file.path.lastIndexOf('/'))] }],
    problems: [],
  };
}
