import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extraction, LayerFile } from '../extractor';
import { packageOf } from './package';
import { distroVendorOf } from './vendor';

/**
 * What Azure Linux leaves in images without rpm, one package a line with a tab between: name, version-release, install time, build
 * time, vendor, "(none)", size, architecture, epoch, source package.
 */
export function readContainerManifest(file: LayerFile): Extraction {
  const packages: ExtractedPackage[] = [];
  const damaged: number[] = [];
  for (const [at, line] of file.bytes.toString('utf8').split('\n').entries()) {
    const text = line.trimEnd();
    if (text === '') continue;
    const found = packageOfLine(text);
    if (found === undefined) damaged.push(at + 1);
    else packages.push(found);
  }
  if (damaged.length === 0) return { packages, problems: [] };
  return {
    packages,
    problems: [
      {
        code: 'rpm-manifest-damaged',
        message: `"${file.path}" has ${damaged.length} lines that are no package, the first at line ${damaged[0]}: packages may be missing.`,
        path: file.path,
      },
    ],
  };
}

function packageOfLine(line: string): ExtractedPackage | undefined {
  const columns = line.split('\t', 11);
  const [name, versionRelease, , , vendor, , , architecture, epoch, sourceRpm] = columns;
  if (!name || !versionRelease || columns.length !== 10) return undefined;
  const extracted = packageOf({
    name,
    versionRelease,
    // 0 for none, which compares the same.
    epoch: Number.parseInt(epoch ?? '', 10) || undefined,
    architecture,
    sourceRpm,
  });
  return distroVendorOf(vendor, versionRelease) === undefined ? extracted : { ...extracted, isDistroMaintained: true };
}
