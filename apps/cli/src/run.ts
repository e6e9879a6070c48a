import { cliConfig, networkConfig, readConfig } from '@tidewaiter/config';
import { OperationalError, UserError, useProxies } from '@tidewaiter/kit';
import { version } from '../../../package.json';
import { parseCommandLine, type ParsedCommandLine } from './command-line';
import { commands } from './commands';
import { keepCompiledCode } from './compiled-code';
import { CommandFailure, exitCodes, type ExitCode } from './exit-codes';
import { commandHelp, overview } from './help';
import type { Terminal } from './terminal';

/** One command line from its words to its exit code. Nothing is thrown: what fails is said on `terminal.err`. */
export async function run(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let debug = words.includes('--debug');
  try {
    const line = parse(words);
    if (line.kind === 'run') debug = line.debug;
    return await execute(line, terminal);
  } catch (error) {
    const failure = error instanceof CommandFailure ? error : new CommandFailure(exitCodes.failed, error);
    explain(failure.cause, terminal, debug);
    return failure.exitCode;
  }
}

function parse(words: readonly string[]): ParsedCommandLine {
  try {
    return parseCommandLine(words, commands);
  } catch (error) {
    throw new CommandFailure(exitCodes.wrongUsage, error);
  }
}

async function execute(line: ParsedCommandLine, terminal: Terminal): Promise<ExitCode> {
  switch (line.kind) {
    case 'version':
      await terminal.out(`tidewaiter ${version}\n`);
      return exitCodes.done;
    case 'help':
      await terminal.out(line.command === undefined ? overview(commands) : commandHelp(line.command));
      return exitCodes.done;
    case 'run': {
      const { network, cli } = readConfig({ network: networkConfig, cli: cliConfig });
      useProxies(network.proxies);
      keepCompiledCode(cli.cacheDir);
      const command = await line.command.load();
      return command(line.invocation, terminal);
    }
  }
}

function explain(error: unknown, terminal: Terminal, debug: boolean): void {
  const known = error instanceof UserError || error instanceof OperationalError;
  const text = error instanceof Error ? error.message : String(error);
  terminal.err(known ? `tidewaiter: ${text}` : `tidewaiter: something unexpected failed: ${text}`);
  if (debug && error instanceof Error) terminal.err(error.stack ?? '');
  else if (!known) terminal.err('tidewaiter: run it again with --debug to see where.');
}
