import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseAssignments } from '../os-release/assignments';
import { cpeName, cpeOf } from '../programs/cpe';

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
  const java = javaVersion(release.get('JAVA_VERSION'));
  const graal = release.get('GRAALVM_VERSION');
  // Which fixes are in is told by the version of Java; from 2023 on GraalVM has the same.
  if (graal !== undefined && /^\d[\w.+-]*$/.test(graal)) {
    const cpes = [cpeName('oracle:graalvm', graal), ...(java === undefined ? [] : [cpeOf('oracle:openjdk', java)])];
    return { name: 'graalvm', version: graal, cpes };
  }
  if (java === undefined) return undefined;
  // Oracle's own builds state `BUILD_TYPE=commercial`; those of OpenJDK that Oracle makes do not.
  if (/^Oracle/.test(release.get('IMPLEMENTOR') ?? '') && release.get('BUILD_TYPE') === 'commercial') {
    // Of these Java 8 is `1.8.0`, of OpenJDK it is `8`.
    const [number = java, update] = java.split('_');
    const updates = update === undefined ? undefined : `update${update}`;
    const cpes = ['oracle:jdk', 'oracle:jre'].map((product) => cpeName(product, number, updates));
    return { name: 'jdk', version: java, cpes };
  }
  const zulu = /^Zulu(\d+(?:\.\d+)*)/.exec(release.get('IMPLEMENTOR_VERSION') ?? '')?.[1];
  const cpes = [cpeOf('oracle:openjdk', java), ...(zulu === undefined ? [] : [cpeName('azul:zulu', zulu)])];
  return { name: 'openjdk', version: java, cpes };
}

/** `17.0.15`, and `1.8.0_402` of old. */
function javaVersion(text: string | undefined): string | undefined {
  return text !== undefined && /^(?:1\.\d+\.0(?:_\d+)?|\d+(?:\.\d+)*)$/.test(text) ? text : undefined;
}
