import { linesOf } from '../lines';

/** Lines of each section by its name without the percent signs. */
export type Sections = ReadonlyMap<string, readonly string[]>;

/** `%NAME%` alone on a line, its values on the following ones up to an empty line. */
export function readSections(text: string): Sections {
  const sections = new Map<string, string[]>();
  let values: string[] | undefined;
  for (const line of linesOf(text)) {
    if (line === '') {
      values = undefined;
    } else if (values === undefined) {
      if (!/^%[A-Z0-9]{1,32}%$/.test(line)) continue;
      values = [];
      sections.set(line.slice(1, -1), values);
    } else {
      values.push(line);
    }
  }
  return sections;
}
