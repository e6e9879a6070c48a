import type { PartResult } from '@tidewaiter/advisory-store';
import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';
import { exitCodes, type ExitCode } from './exit-codes';
import type { ImportingOptions } from './importing';
import { ProblemLog } from './problem-log';
import type { Terminal } from './terminal';

type Callbacks = Pick<ImportingOptions, 'onProblem' | 'onPart' | 'onEnrichment' | 'onOlder'>;

/** Says what came into the store, and what did not. */
export class ImportReport {
  private readonly log: ProblemLog;
  private failures = 0;

  constructor(private readonly terminal: Terminal) {
    this.log = new ProblemLog(terminal);
  }

  get callbacks(): Callbacks {
    return {
      onProblem: this.log.add,
      onPart: (part) => {
        this.terminal.err(partLine(part));
      },
      onEnrichment: ({ id, records, problems, complete }) => {
        const state = complete ? '' : '; not read to the end, what was there stays';
        this.terminal.err(`${id}: ${records} records (${problems} not usable)${state}`);
      },
      onOlder: (part) => {
        this.terminal.err(`${part}: as new here as in the bundle, left as it is`);
      },
    };
  }

  /** A source that was not reached, for whatever reason an operator can do something about. @throws any other error */
  failure(source: string, error: unknown): void {
    if (!isUnreadable(error)) throw error;
    this.failures += 1;
    this.terminal.err(`tidewaiter: ${source} was not read: ${messageOf(error)}`);
  }

  leftOut(feeds: readonly string[]): void {
    if (feeds.length === 0) return;
    this.terminal.err(
      `tidewaiter: fetch yourself: ${feeds.join(', ')}. Their licence lets nobody pass them on, so the bundle is without them.`,
    );
  }

  async finish(parts: readonly PartResult[], storePath: string): Promise<ExitCode> {
    this.log.finish('the sources');
    const cut = parts.filter(({ complete }) => !complete).map(({ part }) => part);
    const records = parts.reduce((sum, part) => sum + part.records, 0);
    const what = parts.length === 0 ? 'nothing new for' : `${records} records of ${parts.length} sources are in`;
    await this.terminal.out(`${what} ${storePath}\n`);
    if (cut.length > 0) {
      const names = cut.join(', ');
      this.terminal.err(`tidewaiter: partial: ${names} could not be read to the end; what was there before stays.`);
    }
    return cut.length === 0 && this.failures === 0 ? exitCodes.done : exitCodes.targetUnreadable;
  }
}

export function isUnreadable(error: unknown): boolean {
  return (error instanceof UserError || error instanceof OperationalError) && error.code.startsWith('feed-');
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
