/** What Maven calls a package by. https://maven.apache.org/pom.html#Maven_Coordinates */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** Maven's own rule for ids. */
export function isId(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_.-]{1,256}$/.test(text);
}

/** Not `${revision}`, and nothing that no version can hold. */
export function isVersion(text: string | undefined): text is string {
  return text !== undefined && /^[^\s:;,$<>"|?*{}()[\]\\/]{1,256}$/.test(text);
}

export function nameOf({ group, artifact }: Pick<Coordinates, 'group' | 'artifact'>): string {
  return `${group}:${artifact}`;
}
