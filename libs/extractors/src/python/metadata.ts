/** What a distribution says of itself. https://packaging.python.org/en/latest/specifications/core-metadata/ */
export interface DistributionMetadata {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly licenses: readonly string[];
}

/** Long enough for every name and version there is; a licence longer than this is its text and not its name. */
const maxLineLength = 512;

const classifierPrefix = 'License :: ';

/** The headers of `METADATA` and `PKG-INFO`: e-mail headers up to the first blank line, then a description of any length. */
export function readMetadata(text: string): DistributionMetadata {
  const first = new Map<string, string>();
  const classifiers: string[] = [];
  for (const { name, value } of headers(text)) {
    if (name === 'classifier') classifiers.push(value);
    else if (!first.has(name)) first.set(name, value);
  }
  return { name: first.get('name'), version: first.get('version'), licenses: licensesOf(first, classifiers) };
}

/** An expression where there is one, then the author's own words, then the classifiers. */
function licensesOf(headers: ReadonlyMap<string, string>, classifiers: readonly string[]): readonly string[] {
  for (const field of ['license-expression', 'license']) {
    const stated = headers.get(field);
    if (stated !== undefined && stated !== '' && stated !== 'UNKNOWN') return [stated];
  }
  return classifiers
    .filter((classifier) => classifier.startsWith(classifierPrefix))
    .map((classifier) => classifier.slice(classifier.lastIndexOf(' :: ') + 4))
    .filter((license) => license !== 'OSI Approved');
}

function* headers(text: string): Generator<{ readonly name: string; readonly value: string }> {
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end);
    if (line.trim() === '') return;
    at = end + 1;
    const colon = line.indexOf(':');
    const isContinuation = startsWithSpace(line, 0);
    // What is continued on the next line is a licence's text or a description, and not a value that is read here.
    if (colon < 1 || line.length > maxLineLength || isContinuation || startsWithSpace(text, at)) continue;
    yield { name: line.slice(0, colon).toLowerCase(), value: line.slice(colon + 1).trim() };
  }
}

function startsWithSpace(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
