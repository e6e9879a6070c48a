import { parseArgs } from 'node:util';
import { messageOf, UserError } from '@tidewaiter/kit';
import { Invocation, type Command } from './command';

export type ParsedCommandLine =
  | { readonly kind: 'version' }
  /** Of one command, or of everything. */
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'run'; readonly command: Command; readonly invocation: Invocation; readonly debug: boolean };

/** @throws UserError `usage` when the words do not fit. */
export function parseCommandLine(words: readonly string[], commands: readonly Command[]): ParsedCommandLine {
  const [first] = words;
  if (first === '--version' || first === '-V') return { kind: 'version' };
  if (first === undefined || first === '--help' || first === '-h') return { kind: 'help', command: undefined };
  const named = first === 'help' ? words.slice(1) : words;
  const command = commandNamed(named, commands);
  if (command === undefined) {
    if (first === 'help' && named.length === 0) return { kind: 'help', command: undefined };
    throw usage(unknownCommand(named, commands));
  }
  if (first === 'help') return { kind: 'help', command };
  return parseFor(command, named.slice(command.name.length));
}

function parseFor(command: Command, words: readonly string[]): ParsedCommandLine {
  const { values, positionals } = parseOptions(command, words);
  if (values.help === true) return { kind: 'help', command };
  const { min, max } = command.arity;
  const line = `tidewaiter ${command.name.join(' ')}`;
  if (positionals.length < min) throw usage(`${line} wants ${command.operands}; see ${line} --help.`);
  if (positionals.length > max) {
    throw usage(`${line} does not know what to do with "${positionals[max] ?? ''}"; see ${line} --help.`);
  }
  return { kind: 'run', command, invocation: new Invocation(positionals, values), debug: values.debug === true };
}

function parseOptions(command: Command, words: readonly string[]): ReturnType<typeof parseLoosely> {
  try {
    return parseLoosely(command, words);
  } catch (error) {
    const reason = messageOf(error).split('. ')[0] ?? '';
    throw usage(`${reason}; see tidewaiter ${command.name.join(' ')} --help.`);
  }
}

function parseLoosely(command: Command, words: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { value, multiple }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: multiple ?? false },
    ]),
  );
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      ...options,
      help: { type: 'boolean' as const, short: 'h' },
      debug: { type: 'boolean' as const },
    },
  });
}

function commandNamed(words: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands.find(({ name }) => name.every((word, index) => words[index] === word));
}

function unknownCommand(words: readonly string[], commands: readonly Command[]): string {
  const group = commands.filter(({ name }) => name.length > 1 && name[0] === words[0]);
  if (group.length > 0) {
    const choices = group.map(({ name }) => name.slice(1).join(' ')).join(', ');
    return `tidewaiter ${words[0] ?? ''} wants one of: ${choices}; see tidewaiter --help.`;
  }
  return `There is no command "${words[0] ?? ''}"; see tidewaiter --help.`;
}

function usage(message: string): UserError {
  return new UserError('usage', message);
}
