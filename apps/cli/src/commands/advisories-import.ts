import { cliConfig, readConfig } from '@tidewaiter/config';
import { OperationalError, UserError } from '@tidewaiter/kit';
import type { PartResult } from '@tidewaiter/advisory-store';
import { importSources } from '../advisory-sources';
import type { Invocation } from '../command';
import { CommandFailure, exitCodes, type ExitCode } from '../exit-codes';
import { ProblemLog } from '../problem-log';
import type { Terminal } from '../terminal';

export async function advisoriesImport(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const { cli } = readConfig({ cli: cliConfig });
  const storePath = invocation.text('store') ?? cli.storePath;
  const log = new ProblemLog(terminal);
  const results = await importOrFail(invocation.operands, storePath, {
    ...cli,
    onProblem: log.add,
    onPart: (part) => {
      terminal.err(partLine(part));
    },
    onEnrichment: ({ id, records, problems, complete }) => {
      const state = complete ? '' : '; not read to the end, what was there stays';
      terminal.err(`${id}: ${records} records (${problems} not usable)${state}`);
    },
  });
  log.finish('the sources');
  const cut = results.filter(({ complete }) => !complete).map(({ part }) => part);
  const records = results.reduce((sum, part) => sum + part.records, 0);
  await terminal.out(`${records} records of ${results.length} sources are in ${storePath}\n`);
  if (cut.length === 0) return exitCodes.done;
  terminal.err(`tidewaiter: partial: ${cut.join(', ')} could not be read to the end; what was there before stays.`);
  return exitCodes.targetUnreadable;
}

async function importOrFail(...args: Parameters<typeof importSources>): Promise<readonly PartResult[]> {
  try {
    return await importSources(...args);
  } catch (error) {
    const unreadable =
      (error instanceof UserError || error instanceof OperationalError) && error.code.startsWith('feed-');
    throw new CommandFailure(unreadable ? exitCodes.targetUnreadable : exitCodes.failed, error);
  }
}

function partLine({ part, records, added, changed, gone, problems }: PartResult): string {
  const counts = [
    `${added} new`,
    `${changed} changed`,
    ...(gone > 0 ? [`${gone} gone`] : []),
    ...(problems > 0 ? [`${problems} not usable`] : []),
  ];
  return `${part}: ${records} records (${counts.join(', ')})`;
}
