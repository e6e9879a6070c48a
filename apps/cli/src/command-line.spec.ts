import { UserError } from '@tidewaiter/kit';
import { parseCommandLine } from './command-line';
import { commands } from './commands';

function parse(...words: readonly string[]) {
  return parseCommandLine(words, commands);
}

function refusalOf(words: readonly string[]): { code: string; message: string } | undefined {
  try {
    parse(...words);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { code: error.code, message: error.message };
  }
}

describe('a command line', () => {
  it('is a command of one word or two, its operands and its options', () => {
    const line = parse('scan', 'image.tar', '--format', 'json', '--fail-on', 'high', '--fail-on=critical,fixable');
    if (line.kind !== 'run') throw new Error(line.kind);
    expect(line.command.name).toEqual(['scan']);
    expect(line.invocation.operands).toEqual(['image.tar']);
    expect(line.invocation.text('format')).toBe('json');
    expect(line.invocation.list('fail-on')).toEqual(['high', 'critical,fixable']);
    expect(parse('advisories', 'status')).toMatchObject({ kind: 'run', command: { name: ['advisories', 'status'] } });
  });

  it('asks for help in three ways and for the version in two', () => {
    expect(parse()).toEqual({ kind: 'help', command: undefined });
    expect(parse('--help')).toEqual({ kind: 'help', command: undefined });
    expect(parse('help', 'scan')).toMatchObject({ kind: 'help', command: { name: ['scan'] } });
    expect(parse('scan', '--help')).toMatchObject({ kind: 'help', command: { name: ['scan'] } });
    expect(parse('-V')).toEqual({ kind: 'version' });
  });

  it.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['advisories'], 'wants one of: import, update, export, status'],
    [['scan'], 'wants TARGET'],
    [['scan', 'a', 'b'], 'does not know what to do with "b"'],
    [['scan', 'a', '--wrong'], "Unknown option '--wrong'"],
    [['scan', 'a', '--format'], "'--format <value>'"],
  ])('%j is wrong usage that says what is wrong', (words, message) => {
    expect(refusalOf(words)).toEqual({ code: 'usage', message: expect.stringContaining(message) as string });
  });
});
