import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseAssignments } from '../os-release/assignments';

/** The `release` file in the home directory of a Java runtime. See README.md beside this file. */
export const javaRuntime: Extractor = {
  id: 'java-runtime',
  revision: 1,
  reads: 'program',
  files: [{ baseName: 'release', maxBytes: 1024 * 1024 }],
  extract: (file) => Promise.resolve(readRelease(file)),
};

type Release = ReadonlyMap<string, string>;

interface Product {
  readonly name: string;
  readonly version: string;
  readonly cpes: readonly string[];
}

function readRelease(file: LayerFile): Extraction {
  const release = parseAssignments(file.bytes.toString('utf8'));
  // Other things have a file of this name too.
  if (!release.has('JAVA_VERSION') && !release.has('GRAALVM_VERSION')) return nothingExtracted;
  const product = productOf(release);
  if (product !== undefined) return { packages: [product], problems: [] };
  return {
    packages: [],
    problems: [
      {
        code: 'java-release-invalid',
        message: `"${file.path}" belongs to a Java runtime but states no version that can be read.`,
        path: file.path,
      },
    ],
  };
}

function productOf(release: Release): Product | undefined {
  const implementor = release.get('IMPLEMENTOR') ?? '';
  const java = javaVersion(release.get('JAVA_VERSION') ?? '');
  const graal = release.get('GRAALVM_VERSION');
  // Of a GraalVM the version of Java says which fixes are in, from 2023 on it is its own version as well.
  if (graal !== undefined && /^\d[\w.+-]*$/.test(graal)) {
    const cpes = [
      cpe('oracle', 'graalvm', graal),
      ...(java === undefined ? [] : [cpe('oracle', 'openjdk', ...java.cpe)]),
    ];
    return { name: 'graalvm', version: graal, cpes };
  }
  if (java === undefined) return undefined;
  // Oracle's own builds state `BUILD_TYPE=commercial`; those of OpenJDK that Oracle makes do not.
  if (/^Oracle/.test(implementor) && release.get('BUILD_TYPE') === 'commercial') {
    return {
      name: 'jdk',
      version: java.version,
      cpes: [cpe('oracle', 'jdk', ...java.cpe), cpe('oracle', 'jre', ...java.cpe)],
    };
  }
  const zulu = /^Zulu(\d+(?:\.\d+)*)/.exec(release.get('IMPLEMENTOR_VERSION') ?? '')?.[1];
  const cpes = [cpe('oracle', 'openjdk', ...java.cpe), ...(zulu === undefined ? [] : [cpe('azul', 'zulu', zulu)])];
  return { name: 'openjdk', version: java.version, cpes };
}

/** `17.0.15`, and `1.8.0_402` of old, whose update is a field of its own in CPEs. */
function javaVersion(text: string): { readonly version: string; readonly cpe: readonly [string, string?] } | undefined {
  const old = /^1\.(\d+)\.0(?:_(\d+))?$/.exec(text);
  if (old !== null)
    return { version: text, cpe: [old[1] ?? '', old[2] === undefined ? '-' : `update${Number(old[2])}`] };
  return /^\d+(?:\.\d+)*$/.test(text) ? { version: text, cpe: [text] } : undefined;
}

/** https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf */
function cpe(vendor: string, product: string, version: string, update = '*'): string {
  return `cpe:2.3:a:${vendor}:${product}:${version.replace(/[^\w.-]/g, '\\$&')}:${update}:*:*:*:*:*:*`;
}
