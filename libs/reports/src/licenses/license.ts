import { createRequire } from 'node:module';

/** What a package says about its licence, sorted by what a reader can do with it. */
export type DeclaredLicense =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'expression'; readonly expression: string }
  /** The author's own words. */
  | { readonly kind: 'text'; readonly text: string };

/** An SPDX id or expression in its official spelling, or else the words. SPDX 2.3, annex D. */
export function declaredLicense(text: string): DeclaredLicense {
  const words = text.trim();
  if (words.length > maxExpressionChars) return { kind: 'text', text: words };
  const expression = new ExpressionReader(words).read();
  if (expression === undefined) return { kind: 'text', text: words };
  return knownIds().licenses.has(expression.toLowerCase())
    ? { kind: 'id', id: expression }
    : { kind: 'expression', expression };
}

/** Several statements about one package hold together. Undefined where one of them is only words. */
export function conjunction(licenses: readonly DeclaredLicense[]): string | undefined {
  const parts: string[] = [];
  for (const license of licenses) {
    if (license.kind === 'text') return undefined;
    parts.push(license.kind === 'id' ? license.id : license.expression);
  }
  const [only, ...others] = parts;
  if (others.length === 0) return only;
  return [...new Set(parts)].map((part) => (part.includes(' OR ') ? `(${part})` : part)).join(' AND ');
}

const maxExpressionChars = 2000;
const maxDepth = 32;

interface KnownIds {
  readonly licenses: ReadonlyMap<string, string>;
  readonly exceptions: ReadonlyMap<string, string>;
}

const require = createRequire(import.meta.url);
let loaded: KnownIds | undefined;

/** Read when the first licence is asked about: most runs ask about none. */
function knownIds(): KnownIds {
  loaded ??= {
    licenses: byLowerCase(require('spdx-license-ids'), require('spdx-license-ids/deprecated.json')),
    exceptions: byLowerCase(require('spdx-exceptions'), require('spdx-exceptions/deprecated.json')),
  };
  return loaded;
}

/** Ids are compared without case and written as the list has them. Each list is a JSON array of strings. */
function byLowerCase(...lists: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map((lists as readonly (readonly string[])[]).flat().map((id) => [id.toLowerCase(), id]));
}

/**
 * `or` binds less than `and`, both less than `with`. A reference to a licence text (`LicenseRef-`) means something only in the
 * document it comes from, so an expression with one is not understood here.
 */
class ExpressionReader {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  }

  read(): string | undefined {
    const expression = this.chain('OR', 0);
    return this.at === this.tokens.length ? expression : undefined;
  }

  private chain(operator: 'OR' | 'AND', depth: number): string | undefined {
    const parts: string[] = [];
    do {
      const part = operator === 'OR' ? this.chain('AND', depth) : this.term(depth);
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.takes(operator));
    return parts.join(` ${operator} `);
  }

  private term(depth: number): string | undefined {
    if (!this.takes('(')) return this.license();
    if (depth === maxDepth) return undefined;
    const inner = this.chain('OR', depth + 1);
    return inner !== undefined && this.takes(')') ? `(${inner})` : undefined;
  }

  private license(): string | undefined {
    const { licenses, exceptions } = knownIds();
    const word = this.tokens[this.at++] ?? '';
    const orLater = word.endsWith('+') && !licenses.has(word.toLowerCase());
    const id = licenses.get((orLater ? word.slice(0, -1) : word).toLowerCase());
    if (id === undefined) return undefined;
    const license = orLater ? `${id}+` : id;
    if (!this.takes('WITH')) return license;
    const exception = exceptions.get((this.tokens[this.at++] ?? '').toLowerCase());
    return exception === undefined ? undefined : `${license} WITH ${exception}`;
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }
}
