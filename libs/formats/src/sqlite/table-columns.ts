export interface TableColumn {
  readonly name: string;
  /** Its value is the row's id and is not stored a second time. */
  readonly isRowId: boolean;
}

/** The columns that a `CREATE TABLE` statement names, in order: https://sqlite.org/lang_createtable.html */
export function columnsOf(sql: string): readonly TableColumn[] {
  return definitionsOf(sql).flatMap((definition) => {
    const name = firstName(definition);
    if (name === undefined) return [];
    return [{ name, isRowId: /\sinteger\s+primary\s+key\b(?!\s+desc\b)/i.test(definition) }];
  });
}

/** What stands between the outer parentheses, without comments, cut at the commas that are not within parentheses or quotes. */
function definitionsOf(sql: string): string[] {
  const definitions: string[] = [];
  let depth = 0;
  let start = 0;
  let current = '';
  const cut = (at: number): string => current + sql.slice(start, at);
  for (let at = 0; at < sql.length; at++) {
    const char = sql[at] ?? '';
    const quote = quotes.get(char);
    const comment = comments.get(sql.slice(at, at + 2));
    if (quote !== undefined) {
      at = endOf(sql, quote, at + 1);
    } else if (comment !== undefined) {
      current = cut(at);
      at = endOf(sql, comment, at + 2);
      start = at + 1;
    } else if (char === '(') {
      if (++depth > 1) continue;
      current = '';
      start = at + 1;
    } else if (depth === 1 && (char === ',' || char === ')')) {
      definitions.push(cut(at));
      if (char === ')') break;
      current = '';
      start = at + 1;
    } else if (char === ')') {
      depth--;
    }
  }
  return definitions;
}

/** Index of the last character of what ends with `closing`. */
function endOf(sql: string, closing: string, from: number): number {
  const at = sql.indexOf(closing, from);
  return at === -1 ? sql.length : at + closing.length - 1;
}

const comments = new Map([
  ['--', '\n'],
  ['/*', '*/'],
]);

const quotes = new Map([
  ['"', '"'],
  ['`', '`'],
  ["'", "'"],
  ['[', ']'],
]);

/** `undefined` for a constraint of the whole table. */
function firstName(definition: string): string | undefined {
  const text = definition.trim();
  const quote = quotes.get(text[0] ?? '');
  if (quote !== undefined) return text.slice(1, text.indexOf(quote, 1));
  const name = /^[^\s(,]+/.exec(text)?.[0];
  return name === undefined || /^(constraint|primary|unique|check|foreign)$/i.test(name) ? undefined : name;
}
