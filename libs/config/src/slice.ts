import type { z } from 'zod';

/** One environment variable. */
export interface Setting<T> {
  readonly env: string;
  /** From the text of the variable to the value the program uses. */
  readonly schema: z.ZodType<T, string>;
  /** What it is for, in one or two sentences, for docs/configuration.md. */
  readonly doc: string;
  /** Never shown, and may be given as `<env>_FILE`, the path of a file that holds it. */
  readonly secret: boolean;
  readonly presence: Presence;
}

/** `default` is the text that stands in for a missing variable. */
type Presence =
  { readonly kind: 'required' } | { readonly kind: 'optional' } | { readonly kind: 'default'; readonly text: string };

export type Settings = Readonly<Record<string, Setting<unknown>>>;

export type ValuesOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** What a slice may ask for beyond its own variables, such as a file it points to. */
export interface SliceIo {
  /** Reports a problem; the value is then not used. */
  readonly report: (problem: ConfigProblem) => void;
  readonly readFile: (path: string) => string;
  readonly env: Environment;
}

export interface ConfigProblem {
  /** The variable, or the file and the place in it. */
  readonly where: string;
  readonly message: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that belong together, and the typed value they make. */
export interface Slice<T, S extends Settings = Settings> {
  readonly title: string;
  readonly doc: string;
  readonly settings: S;
  /** Not called when one of the settings has a problem of its own. */
  finish(values: ValuesOf<S>, io: SliceIo): T;
}

export type SliceValue<X> = X extends Slice<infer T, infer _S> ? T : never;

export function defineSlice<S extends Settings, T = ValuesOf<S>>(slice: {
  title: string;
  doc: string;
  settings: S;
  finish?: (values: ValuesOf<S>, io: SliceIo) => T;
}): Slice<T, S> {
  const { finish = asTheyAre } = slice;
  return { ...slice, finish: (values, io) => finish(values, io) as T };
}

/** Without `finish`, T is its default: the values themselves. */
function asTheyAre(values: unknown): unknown {
  return values;
}

interface Description {
  readonly doc: string;
  readonly secret?: boolean;
}

export function required<T>(
  env: string,
  schema: z.ZodType<T, string>,
  { doc, secret = false }: Description,
): Setting<T> {
  return { env, schema, doc, secret, presence: { kind: 'required' } };
}

export function optional<T>(
  env: string,
  schema: z.ZodType<T, string>,
  { doc, secret = false }: Description,
): Setting<T | undefined> {
  return { env, schema, doc, secret, presence: { kind: 'optional' } };
}

export function withDefault<T>(
  env: string,
  text: string,
  schema: z.ZodType<T, string>,
  { doc }: { readonly doc: string },
): Setting<T> {
  return { env, schema, doc, secret: false, presence: { kind: 'default', text } };
}
