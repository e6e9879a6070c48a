/**
 * Shell-like assignments, os-release(5): `KEY=value`, comments with `#`, values bare or in single or double quotes. In double
 * quotes a backslash makes `"`, `$`, backslash and backtick literal. There is no expansion. The last assignment of a key counts.
 */
export function parseAssignments(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const equals = line.indexOf('=');
    if (line.startsWith('#') || equals < 1) continue;
    const key = line.slice(0, equals);
    if (!/^[A-Za-z0-9_]+$/.test(key)) continue;
    values.set(key, unquote(line.slice(equals + 1)));
  }
  return values;
}

function unquote(text: string): string {
  let value = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else if (char === quote) {
      quote = '';
    } else if (char === '\\' && quote !== "'") {
      const next = text[at + 1] ?? '';
      const isEscape = quote === '' || '"$`\\'.includes(next);
      value += isEscape ? next : char + next;
      at++;
    } else if (quote === '' && /\s/.test(char)) {
      break;
    } else {
      value += char;
    }
  }
  return value;
}
