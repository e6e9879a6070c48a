/**
 * Control data, deb822(5): stanzas separated by blank lines, `Field: value`, continuation lines begin with a space or a tab.
 * Only the fields asked for are kept, so that a description of any length costs nothing.
 */
export interface Stanza {
  /** First line of each wanted field, by lower-case name. The first of doubled fields counts. */
  readonly fields: ReadonlyMap<string, string>;
  /** Line of the file where it begins, from 1. */
  readonly line: number;
}

/** `texts` are pieces of one that end where a line does. */
export function* readStanzas(texts: Iterable<string>, wanted: ReadonlySet<string>): Generator<Stanza> {
  let fields = new Map<string, string>();
  let started = 0;
  let line = 0;
  for (const text of texts) {
    for (let at = 0; at < text.length;) {
      const newline = text.indexOf('\n', at);
      const next = newline === -1 ? text.length : newline;
      const end = next > at && text.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
      line++;
      if (isBlank(text, at, end)) {
        if (started > 0) {
          yield { fields, line: started };
          fields = new Map();
          started = 0;
        }
      } else {
        if (started === 0) started = line;
        if (!isSpace(text.charCodeAt(at))) keep(fields, wanted, text.slice(at, end));
      }
      at = next + 1;
    }
  }
  if (started > 0) yield { fields, line: started };
}

function keep(fields: Map<string, string>, wanted: ReadonlySet<string>, line: string): void {
  const colon = line.indexOf(':');
  // Field names are short; a longer run without a colon is not one, and is not copied.
  if (colon === -1 || colon > 64) return;
  const name = line.slice(0, colon).toLowerCase();
  if (wanted.has(name) && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
}

function isBlank(text: string, at: number, end: number): boolean {
  for (let index = at; index < end; index++) if (!isSpace(text.charCodeAt(index))) return false;
  return true;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
