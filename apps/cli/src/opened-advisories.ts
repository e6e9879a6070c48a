import { openAdvisoryStore, type AdvisoryStore } from '@tidewaiter/advisory-store';
import type { CliConfig } from '@tidewaiter/config';
import { openSource } from './advisory-sources';
import type { Invocation } from './command';
import { endingWith, exitCodes } from './exit-codes';
import { wrongUsage } from './options';
import { ProblemLog } from './problem-log';
import type { Terminal } from './terminal';

/** What `--advisories` or `--store` names, or the store of this machine. */
export function openAdvisories(invocation: Invocation, cli: CliConfig, terminal: Terminal): Promise<AdvisoryStore> {
  const source = invocation.text('advisories');
  const store = invocation.text('store');
  if (source !== undefined && store !== undefined) {
    throw wrongUsage('--advisories and --store both name what to judge by; keep one.');
  }
  return endingWith(exitCodes.advisoriesMissing, async () => {
    if (source === undefined) return openAdvisoryStore(store ?? cli.storePath);
    const log = new ProblemLog(terminal);
    const opened = await openSource(source, { ...cli, onProblem: log.add });
    log.finish(source);
    return opened;
  });
}
