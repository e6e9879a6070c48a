/**
 * YAML as package managers write it, and nothing else of it: block mappings and sequences, flow collections on one line, plain
 * and quoted scalars. All scalars are texts (the failsafe schema), so that version `1.10` stays what it is. Block scalars only
 * hold messages and are read as empty. Anchors, aliases, tags and directives are not read, so nothing can grow.
 * https://yaml.org/spec/1.2.2/
 */
export type PlainYaml = string | readonly PlainYaml[] | PlainYamlMap;
export type PlainYamlMap = ReadonlyMap<string, PlainYaml>;

/** All documents of the text; undefined when it is YAML of another kind, or none. Linear in the length of the text. */
export function readPlainYaml(text: string): readonly PlainYaml[] | undefined {
  try {
    return documentsOf(text).map((lines) => new BlockReader(lines).document());
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

export function isMap(value: PlainYaml | undefined): value is PlainYamlMap {
  return value instanceof Map;
}

export function isList(value: PlainYaml | undefined): value is readonly PlainYaml[] {
  return Array.isArray(value);
}

/** The map under a key of a map; undefined when either is none. */
export function mapAt(value: PlainYaml | undefined, key: string): PlainYamlMap | undefined {
  const found = isMap(value) ? value.get(key) : undefined;
  return isMap(found) ? found : undefined;
}

/** The text under a key of a map. */
export function textAt(value: PlainYaml | undefined, key: string): string | undefined {
  const found = isMap(value) ? value.get(key) : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** Within this file: the text is not what is read here. */
class NotPlain extends Error {}

interface Line {
  readonly indent: number;
  readonly text: string;
}

const maxDepth = 64;

function documentsOf(text: string): Line[][] {
  const documents: Line[][] = [[]];
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const content = line.trimStart();
    if (content === '' || content.startsWith('#')) continue;
    if (line === '---' || line === '...') {
      documents.push([]);
      continue;
    }
    const indent = line.length - content.length;
    if (line.slice(0, indent).includes('\t') || content.startsWith('%')) throw new NotPlain();
    documents.at(-1)?.push({ indent, text: content });
  }
  return documents.filter((lines) => lines.length > 0);
}

class BlockReader {
  #at = 0;
  /** What follows `- ` or `: ` on the same line, read as a line of its own that is indented further. */
  #rest: Line | undefined;

  constructor(private readonly lines: readonly Line[]) {}

  document(): PlainYaml {
    const value = this.#block(0, 0);
    if (this.#peek() !== undefined) throw new NotPlain();
    return value;
  }

  #peek(): Line | undefined {
    return this.#rest ?? this.lines[this.#at];
  }

  #next(): void {
    if (this.#rest === undefined) this.#at++;
    else {
      this.#rest = undefined;
      this.#at++;
    }
  }

  #block(minIndent: number, depth: number): PlainYaml {
    const first = this.#peek();
    if (first === undefined || first.indent < minIndent) return '';
    if (depth > maxDepth) throw new NotPlain();
    if (isItem(first.text)) return this.#sequence(first.indent, depth);
    if (first.text.startsWith('? ') || keyEnd(first.text) !== -1) return this.#mapping(first.indent, depth);
    this.#next();
    return this.#scalar(first.text, first.indent);
  }

  #sequence(indent: number, depth: number): PlainYaml {
    const items: PlainYaml[] = [];
    for (let line = this.#peek(); line?.indent === indent && isItem(line.text); line = this.#peek()) {
      items.push(this.#after(line, 1, depth));
    }
    return items;
  }

  #mapping(indent: number, depth: number): PlainYaml {
    const entries = new Map<string, PlainYaml>();
    for (let line = this.#peek(); line?.indent === indent && !isItem(line.text); line = this.#peek()) {
      if (line.text.startsWith('? ')) entries.set(...this.#longEntry(line, depth));
      else {
        const end = keyEnd(line.text);
        if (end === -1) throw new NotPlain();
        entries.set(scalarOf(line.text.slice(0, end)), this.#after(line, end + 1, depth));
      }
    }
    const next = this.#peek();
    if (next !== undefined && next.indent > indent) throw new NotPlain();
    return entries;
  }

  /** Keys of more than 1,024 characters: `? key` and, on the next line, `: value`. */
  #longEntry(line: Line, depth: number): [string, PlainYaml] {
    this.#next();
    const value = this.#peek();
    if (value?.indent !== line.indent || !/^:(?: |$)/.test(value.text)) throw new NotPlain();
    return [scalarOf(line.text.slice(2)), this.#after(value, 1, depth)];
  }

  /** The value that begins behind the indicator in the first `used` characters of the line. */
  #after(line: Line, used: number, depth: number): PlainYaml {
    const rest = withoutComment(line.text.slice(used).trimStart());
    const isKey = !isItem(line.text) && used > 1;
    if (rest === '') {
      this.#next();
      const next = this.#peek();
      // A sequence may stand as far left as the key it belongs to.
      const isList = isKey && next?.indent === line.indent && isItem(next.text);
      return this.#block(isList ? line.indent : line.indent + 1, depth + 1);
    }
    if (!isKey && (isItem(rest) || rest.startsWith('? ') || keyEnd(rest) !== -1)) {
      this.#rest = { indent: line.indent + line.text.length - line.text.slice(used).trimStart().length, text: rest };
      return this.#block(line.indent + 1, depth + 1);
    }
    this.#next();
    return this.#scalar(rest, line.indent);
  }

  #scalar(text: string, indent: number): PlainYaml {
    if (/^[|>]/.test(text)) {
      while ((this.#peek()?.indent ?? 0) > indent) this.#next();
      return '';
    }
    if (text.startsWith('{') || text.startsWith('[')) return new FlowReader(text).value();
    return scalarOf(text);
  }
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

/** Where the colon of `key: value` is; -1 where there is none. */
function keyEnd(text: string): number {
  const quote = text[0];
  if (quote === '"' || quote === "'") {
    const end = quotedEnd(text, 0);
    return end !== -1 && /^ *:(?: |$)/.test(text.slice(end, end + 16)) ? text.indexOf(':', end) : -1;
  }
  if (quote === '{' || quote === '[') return -1;
  const colon = text.indexOf(': ');
  if (colon !== -1) return colon;
  return text.endsWith(':') ? text.length - 1 : -1;
}

/** Behind the closing quote; -1 when there is none on the line. */
function quotedEnd(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote && !(quote === "'" && text[at + 1] === quote)) return at + 1;
    else if (text[at] === quote) at++;
  }
  return -1;
}

function withoutComment(text: string): string {
  if (text.startsWith('"') || text.startsWith("'")) {
    const end = quotedEnd(text, 0);
    return end !== -1 && text.slice(end).trimStart().startsWith('#') ? text.slice(0, end) : text;
  }
  const comment = text.startsWith('#') ? 0 : text.indexOf(' #');
  return comment === -1 || text.startsWith('{') || text.startsWith('[') ? text : text.slice(0, comment).trimEnd();
}

function scalarOf(written: string): string {
  const text = written.trim();
  const quote = text[0];
  if (quote === "'" || quote === '"') {
    if (quotedEnd(text, 0) !== text.length) throw new NotPlain();
    return quote === "'" ? text.slice(1, -1).replaceAll("''", "'") : unescaped(text);
  }
  // Indicators: anchors, aliases, tags, and what is reserved.
  if (/^[&*!@`%|>]/.test(text)) throw new NotPlain();
  return text;
}

/** Of YAML's escapes only those that JSON has too are written by anybody. */
function unescaped(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string') return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new NotPlain();
}

/** `{a: b, c: [d, e]}` on one line. */
class FlowReader {
  #at = 0;

  constructor(private readonly text: string) {}

  value(): PlainYaml {
    const value = this.#value(0);
    this.#skipSpaces();
    if (this.#at < this.text.length && this.text[this.#at] !== '#') throw new NotPlain();
    return value;
  }

  #value(depth: number): PlainYaml {
    if (depth > maxDepth) throw new NotPlain();
    this.#skipSpaces();
    if (this.#takes('{')) return this.#mapping(depth);
    if (this.#takes('[')) return this.#sequence(depth);
    return this.#scalar(',}]');
  }

  #mapping(depth: number): PlainYaml {
    const entries = new Map<string, PlainYaml>();
    while (!this.#takes('}')) {
      this.#skipSpaces();
      const key = this.#scalar(':,}');
      entries.set(key, this.#takes(':') ? this.#value(depth + 1) : '');
      this.#separated('}');
    }
    return entries;
  }

  #sequence(depth: number): PlainYaml {
    const items: PlainYaml[] = [];
    while (!this.#takes(']')) {
      items.push(this.#value(depth + 1));
      this.#separated(']');
    }
    return items;
  }

  #separated(closing: string): void {
    if (!this.#takes(',') && this.text[this.#at] !== closing) throw new NotPlain();
  }

  #scalar(ends: string): string {
    const start = this.#at;
    const quote = this.text[start];
    if (quote === '"' || quote === "'") {
      const end = quotedEnd(this.text, start);
      if (end === -1) throw new NotPlain();
      this.#at = end;
    } else {
      while (this.#at < this.text.length && !this.#isEnd(ends)) this.#at++;
      if (this.#at === start) throw new NotPlain();
    }
    return scalarOf(this.text.slice(start, this.#at));
  }

  /** A colon within a plain scalar is part of it unless a space follows: `https://…`. */
  #isEnd(ends: string): boolean {
    const char = this.text[this.#at] ?? '';
    return ends.includes(char) && (char !== ':' || /^[ ,}]?$/.test(this.text.slice(this.#at + 1, this.#at + 2)));
  }

  #takes(char: string): boolean {
    this.#skipSpaces();
    if (this.text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skipSpaces(): void {
    while (this.text[this.#at] === ' ') this.#at++;
  }
}
