import type { Extraction } from '../extractor';
import { linesOf } from '../lines';

/**
 * Files that rpm takes its settings from, in its own order: what a later one says counts. The manual has the list at "macrofiles";
 * `%{_target}` and the vendor are directories below `usr/lib/rpm`. https://rpm.org/docs/latest/manual/macros.html
 */
const order: readonly RegExp[] = [
  /^usr\/lib\/rpm\/macros$/,
  /^usr\/lib\/rpm\/macros\.d\/macros\.[^/]+$/,
  /^usr\/lib\/rpm\/platform\/[^/]+\/macros$/,
  /^usr\/lib\/rpm\/[^/]+\/macros$/,
  /^etc\/rpm\/macros\.[^/]+$/,
  /^etc\/rpm\/macros$/,
  /^root\/(?:\.rpmmacros|\.config\/rpm\/macros)$/,
];

/** What decides which database is read, and what stands in the value of the one that is a path. */
const ofInterest: ReadonlySet<string> = new Set([
  '_db_backend',
  '_dbpath',
  '_usr',
  '_var',
  '_prefix',
  '_localstatedir',
  '_rpmconfigdir',
]);

export function isMacroFile(path: string): boolean {
  return order.some((place) => place.test(path));
}

/** `%name value`. Definitions with parameters, and of several lines, are none of these. */
export function readMacros(path: string, text: string): Extraction {
  const values: Record<string, string> = {};
  for (const line of linesOf(text)) {
    const [, name, value] = /^%([A-Za-z_]{2,64})[ \t]+(\S.{0,1024})$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && ofInterest.has(name)) values[name] = value.trim();
  }
  if (Object.keys(values).length === 0) return { packages: [], problems: [] };
  return { packages: [], problems: [], settings: { rank: order.findIndex((place) => place.test(path)), values } };
}

const fileOfBackend: ReadonlyMap<string, string> = new Map([
  ['sqlite', 'rpmdb.sqlite'],
  ['ndb', 'Packages.db'],
  ['bdb', 'Packages'],
  ['bdb_ro', 'Packages'],
]);

/** In the order in which rpm looks for one where that of its settings is not there. */
const databaseNames = ['rpmdb.sqlite', 'Packages.db', 'Packages'];

/**
 * The database that rpm reads: the one of its backend where that is there, and else the first of the others, in the directory of its
 * settings. What is said by a program (`%(…)`) or in Lua is not known here.
 */
export function databaseChoice(settings: ReadonlyMap<string, string>): {
  readonly firstOf: readonly string[];
  readonly directory?: string;
} {
  const configured = fileOfBackend.get(expanded('%{_db_backend}', settings) ?? '');
  const path = expanded('%{_dbpath}', settings) ?? '';
  const directory = path
    .split('/')
    .filter((part) => part !== '')
    .join('/');
  return {
    firstOf: [...new Set([...(configured === undefined ? [] : [configured]), ...databaseNames])],
    ...(path.startsWith('/') ? { directory } : {}),
  };
}

const maxDepth = 8;

/** Undefined where a macro is not known, or more than a name. */
function expanded(text: string, settings: ReadonlyMap<string, string>, depth = 0): string | undefined {
  if (depth > maxDepth) return undefined;
  let isKnown = true;
  const value = text.replace(/%(?:\{\??([A-Za-z_]+)\}|([A-Za-z_]+))/g, (_all, braced?: string, plain?: string) => {
    const inner = settings.get(braced ?? plain ?? '');
    const found = inner === undefined ? undefined : expanded(inner, settings, depth + 1);
    isKnown &&= found !== undefined;
    return found ?? '';
  });
  return isKnown && !value.includes('%') ? value : undefined;
}
