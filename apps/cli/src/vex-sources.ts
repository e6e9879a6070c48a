import type { CliConfig } from '@tidewaiter/config';
import { isFeedProblem, isUnchanged } from '@tidewaiter/feeds';
import { VexStatements, vexSource, type SourcedStatement } from '@tidewaiter/vex';
import { feedIo } from './advisory-sources';
import { exitCodes, endingWith } from './exit-codes';
import { ProblemLog } from './problem-log';
import type { Terminal } from './terminal';

/** The statements of all sources; undefined when none is named. A source that cannot be read ends the command. */
export function readVexSources(
  sources: readonly string[],
  cli: CliConfig,
  terminal: Terminal,
): Promise<VexStatements | undefined> {
  if (sources.length === 0) return Promise.resolve(undefined);
  return endingWith(exitCodes.advisoriesMissing, async () => {
    const statements: SourcedStatement[] = [];
    for (const source of sources) statements.push(...(await statementsOf(source, cli, terminal)));
    return new VexStatements(statements);
  });
}

async function statementsOf(source: string, cli: CliConfig, terminal: Terminal): Promise<readonly SourcedStatement[]> {
  const fetched = await vexSource.fetch(undefined, feedIo({ feed: vexSource.id, source }, cli));
  // Nothing was seen before, so nothing can be unchanged.
  if (isUnchanged(fetched)) return [];
  const log = new ProblemLog(terminal);
  const statements: SourcedStatement[] = [];
  for await (const item of vexSource.parse(fetched.snapshot)) {
    if (isFeedProblem(item)) log.add(item);
    else statements.push({ ...item, source });
  }
  log.finish(source);
  return statements;
}
