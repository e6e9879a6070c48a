import type { ExtractedPackage } from '@tidewaiter/contracts';
import { isPackageText } from '../extractor';

/** What a project is called that has no version of its own. */
const noVersion = /^(?:dev-|.*\+no-version-set$)/;

/**
 * Packages in `installed.php`, a program that Composer writes for itself to load: one line for each field, whose indentation
 * archives leave out. What merely stands for others (`replaced`, `provided`) has no version and is no package.
 * Undefined when it has another form. https://getcomposer.org/doc/07-runtime.md#installed-versions
 */
export function installedPackages(text: string): readonly ExtractedPackage[] | undefined {
  if (!text.includes("'versions' => array(")) return undefined;
  const versions = new Map<string, string>();
  let root: string | undefined;
  let name: string | undefined;
  for (const line of text.split('\n')) {
    const field = /^ {0,64}'([^'\\]{1,300})' => (?:'([^'\\]{1,300})',|array\()/.exec(line);
    const [, key = '', value] = field ?? [];
    if (value === undefined && key.includes('/')) name = key;
    if (value === undefined) continue;
    if (key === 'name') root = value;
    if (key !== 'pretty_version' || name === undefined || versions.has(name)) continue;
    if (isPackageText(value) && !(name === root && noVersion.test(value))) versions.set(name, value);
  }
  return [...versions].map(([name, version]) => ({ name, version }));
}
