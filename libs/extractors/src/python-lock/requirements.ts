import type { ExtractedPackage } from '@tidewaiter/contracts';

/** `name[extras] == version`, or `===`; https://pip.pypa.io/en/stable/reference/requirements-file-format/ */
const pin =
  /^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?) {0,8}(?:\[[^\]]{0,1024}\])? {0,8}\(?={2,3} {0,8}([A-Za-z0-9.!+_-]{1,256})(?![A-Za-z0-9.!+_*-])/;

/** `name-version[-build]-python-abi-platform.whl`: https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
const wheel =
  /(?:^|[\s/])([A-Za-z0-9][A-Za-z0-9._]{0,255})-([A-Za-z0-9.!+_%]{1,256})(?:-\d[^-\s/]{0,64})?(?:-[^-\s/]{1,256}){3}\.whl(?=[\s#;]|$)/;

/** Only pins and the names of wheels say what would be installed; any text is a file of requirements. */
export function readRequirements(text: string): readonly ExtractedPackage[] {
  return text.split('\n').flatMap((line) => {
    const requirement = line.trim();
    // What is not a requirement is an option or a comment; a fragment follows its address without a space.
    if (/^[-#]/.test(requirement)) return [];
    const [, name, version] = pin.exec(requirement) ?? [];
    if (name !== undefined && version !== undefined) return [{ name, version }];
    return wheelIn(requirement.replace(/\s#.*$/, '')) ?? [];
  });
}

/** What the name of a wheel says, in an address or a path. */
export function wheelIn(text: string): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] = wheel.exec(text) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version: version.replace(/%2b/i, '+') };
}
