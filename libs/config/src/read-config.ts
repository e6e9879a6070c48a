import { readFileSync, statSync } from 'node:fs';
import { messageOf, UserError } from '@tidewaiter/kit';
import type { ConfigProblem, Environment, Setting, Slice, SliceIo, SliceValue } from './slice';

const maxFileSizeBytes = 1_048_576;

/**
 * Reads the slices an app needs from the environment. The answer is frozen.
 * @throws UserError `config-invalid` that names every problem at once; an app ends with exit code 78 (EX_CONFIG).
 */
export function readConfig<const S extends Readonly<Record<string, Slice<unknown>>>>(
  slices: S,
  env: Environment = process.env,
): { readonly [K in keyof S]: SliceValue<S[K]> } {
  const problems: ConfigProblem[] = [];
  const io: SliceIo = { env, readFile: readBoundedFile, report: (problem) => void problems.push(problem) };
  const entries = Object.entries(slices).map(([name, slice]) => [name, readSlice(slice, io, problems)]);
  if (problems.length > 0) throw invalid(problems);
  // Object.fromEntries forgets which key has which type; every slice was read by its own finish().
  return deepFreeze(Object.fromEntries(entries)) as { readonly [K in keyof S]: SliceValue<S[K]> };
}

/** What an app's process ends with when its configuration is wrong (EX_CONFIG of sysexits.h). */
export const configInvalidExitCode = 78;

function readSlice(slice: Slice<unknown>, io: SliceIo, problems: readonly ConfigProblem[]): unknown {
  const before = problems.length;
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(slice.settings)) values[name] = readSetting(setting, io);
  return problems.length > before ? undefined : slice.finish(values, io);
}

function readSetting(setting: Setting<unknown>, io: SliceIo): unknown {
  const { presence, schema } = setting;
  const given = textOf(setting, io);
  if (given === undefined) return undefined;
  if (given.text === '') {
    if (presence.kind === 'optional') return undefined;
    if (presence.kind === 'required') {
      io.report({ where: setting.env, message: `is missing. ${setting.doc}${fileHint(setting)}` });
      return undefined;
    }
  }
  const parsed = schema.safeParse(given.text === '' && presence.kind === 'default' ? presence.text : given.text);
  if (parsed.success) return parsed.data;
  const reasons = [...new Set(parsed.error.issues.map((issue) => issue.message))].join('; ');
  const shown = setting.secret ? '' : `, but is ${JSON.stringify(given.text.slice(0, 100))}`;
  io.report({ where: given.where, message: `${reasons}${shown}` });
  return undefined;
}

/** The text of the variable, or of the file it names; undefined when a problem was reported. */
function textOf(setting: Setting<unknown>, io: SliceIo): { text: string; where: string } | undefined {
  const direct = io.env[setting.env]?.trim() ?? '';
  const fileVariable = `${setting.env}_FILE`;
  const file = setting.secret ? (io.env[fileVariable]?.trim() ?? '') : '';
  if (file === '') return { text: direct, where: setting.env };
  if (direct !== '') {
    io.report({ where: setting.env, message: `is set twice, as ${setting.env} and as ${fileVariable}; keep one` });
    return undefined;
  }
  try {
    const text = io.readFile(file).trim();
    if (text !== '') return { text, where: fileVariable };
    io.report({ where: fileVariable, message: `names ${file}, which is empty` });
  } catch (error) {
    io.report({ where: fileVariable, message: `names ${file}, which cannot be read: ${messageOf(error)}` });
  }
  return undefined;
}

function fileHint(setting: Setting<unknown>): string {
  return setting.secret ? ` Set it, or set ${setting.env}_FILE to the path of a file that holds it.` : '';
}

function readBoundedFile(path: string): string {
  const { size } = statSync(path);
  if (size > maxFileSizeBytes) throw new Error(`it is larger than ${maxFileSizeBytes} bytes`);
  return readFileSync(path, 'utf8');
}

function invalid(problems: readonly ConfigProblem[]): UserError {
  const lines = problems.map(({ where, message }) => `  ${where}: ${message}`);
  const noun = problems.length === 1 ? 'problem' : 'problems';
  return new UserError('config-invalid', `The configuration has ${problems.length} ${noun}:\n${lines.join('\n')}`, {
    fields: { problems: problems.length },
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
