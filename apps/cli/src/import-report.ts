import type { EnrichmentResult, PartResult } from '@tidewaiter/advisory-store';
import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';
import { exitCodes, type ExitCode } from './exit-codes';
import type { ImportingOptions, LeftOverPart } from './importing';
import { ProblemLog } from './problem-log';
import type { Terminal } from './terminal';
import { ageText } from './words';

type Callbacks = Pick<ImportingOptions, 'onProblem' | 'onPart' | 'onEnrichment' | 'onOlder'>;

const leftOverShown = 10;

/** Says what came into the store, and what did not. */
export class ImportReport {
  private readonly log: ProblemLog;
  private failures = 0;
  /** What has suspiciously little, as it is told. */
  private readonly shrunk: string[] = [];

  constructor(private readonly terminal: Terminal) {
    this.log = new ProblemLog(terminal);
  }

  get callbacks(): Callbacks {
    return {
      onProblem: this.log.add,
      onPart: (part, source) => {
        this.terminal.err(partLine(part));
        if (part.isShrunk)
          this.shrunk.push(`${refusalText(part, `${part.part} of ${source}`)}, and what is new is taken`);
      },
      onEnrichment: (result, source) => {
        const { id, records, before, problems, complete, isShrunk } = result;
        if (isShrunk) this.shrunk.push(shrunkText({ ...result, name: source }));
        else if (!complete) this.failures += 1;
        const state = complete || isShrunk ? '' : '; not read to the end, what was there stays';
        this.terminal.err(`${id}: ${isShrunk ? before : records} records (${problems} not usable)${state}`);
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

  /** Parts of a store that no source has any more. What they say is not thrown away unasked: it may have been imported by hand. */
  leftOver(parts: readonly LeftOverPart[], storePath: string): void {
    if (parts.length === 0) return;
    const now = Date.now();
    const named = parts.slice(0, leftOverShown).map(({ feed, name, importedAt }) => {
      const age = importedAt === '' ? '' : ` (${ageText(now - Date.parse(importedAt))} old)`;
      return `${name === '' ? feed : `${feed} ${name}`}${age}`;
    });
    const more = parts.length > leftOverShown ? ` and ${parts.length - leftOverShown} more` : '';
    this.terminal.err(
      `tidewaiter: not asked for any more: ${named.join(', ')}${more}. What they say still counts; ` +
        `to be without it remove ${storePath} and update again.`,
    );
  }

  async finish(parts: readonly PartResult[], storePath: string): Promise<ExitCode> {
    this.log.finish('the sources');
    const cut = parts.filter(({ complete, isShrunk }) => !complete && !isShrunk).map(({ part }) => part);
    const records = parts.reduce((sum, part) => sum + part.stored, 0);
    const what = parts.length === 0 ? 'nothing new for' : `${records} records of ${parts.length} sources are in`;
    await this.terminal.out(`${what} ${storePath}\n`);
    if (cut.length > 0) {
      const names = cut.join(', ');
      this.terminal.err(`tidewaiter: partial: ${names} could not be read to the end; what was there before stays.`);
    }
    for (const text of this.shrunk)
      this.terminal.err(
        `tidewaiter: shrunk: ${text}. If so many were really taken back, do this once with ADVISORIES_MAX_SHRINK_PERCENT=100.`,
      );
    return cut.length === 0 && this.shrunk.length === 0 && this.failures === 0
      ? exitCodes.done
      : exitCodes.targetUnreadable;
  }
}

export function isUnreadable(error: unknown): boolean {
  return (error instanceof UserError || error instanceof OperationalError) && error.code.startsWith('feed-');
}

function refusalText(part: PartResult, name: string): string {
  if (part.silenced === undefined) return shrunkText({ ...part, name });
  const { before, silenced, gone } = part.silenced;
  return (
    `${name} has ${before} records that speak of packages, of which ${silenced} say nothing any more of what they spoke of or are withdrawn` +
    `${gone > 0 ? ` and ${gone} are gone` : ''}; the store keeps what they said`
  );
}

function shrunkText({
  name,
  records,
  before,
}: Pick<EnrichmentResult, 'records' | 'before'> & { readonly name: string }) {
  const percent = Math.floor(((before - records) / before) * 100);
  return `${name} has ${records} usable records where the store has ${before}, ${percent} % fewer; the store keeps them`;
}

function partLine({ part, stored, added, changed, gone, problems }: PartResult): string {
  const counts = [
    `${added} new`,
    `${changed} changed`,
    ...(gone > 0 ? [`${gone} gone`] : []),
    ...(problems > 0 ? [`${problems} not usable`] : []),
  ];
  return `${part}: ${stored} records (${counts.join(', ')})`;
}
