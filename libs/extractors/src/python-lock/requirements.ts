import type { ExtractedPackage } from '@tidewaiter/contracts';

/** `name[extras] == version`, or `===`; https://pip.pypa.io/en/stable/reference/requirements-file-format/ */
const pin =
  /^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?) {0,8}(?:\[[^\]]{0,1024}\])? {0,8}\(?={2,3} {0,8}([A-Za-z0-9.!+_-]{1,256})(?![A-Za-z0-9.!+_*-])/;

/** Only pins say what would be installed; any text is a file of requirements. */
export function readRequirements(text: string): readonly ExtractedPackage[] {
  const packages: ExtractedPackage[] = [];
  for (const line of text.split('\n')) {
    const [, name, version] = pin.exec(line.trim()) ?? [];
    if (name !== undefined && version !== undefined) packages.push({ name, version });
  }
  return packages;
}
