import type { Problem } from '@tidewaiter/contracts';
import type { Terminal } from './terminal';

/** What is said first of a problem, and what several of its kind are. */
interface Kind {
  readonly word: string;
  readonly plural: string;
}

const notRead: Kind = { word: 'not read', plural: 'problems' };

const takenBack: Kind = { word: 'taken back', plural: 'releases and ecosystems' };

/** All was read, and what a source had is not there any more. */
const ofWhatWasRead: Readonly<Record<string, Kind>> = {
  'feed-release-frozen': { word: 'frozen', plural: 'releases' },
  'feed-release-thawed': takenBack,
  'feed-ecosystem-gone': takenBack,
};

/** Shows the first problems of a source of each kind and counts the rest: one broken export must not bury the answer. */
export class ProblemLog {
  private readonly counts = new Map<Kind, number>();

  constructor(
    private readonly terminal: Terminal,
    private readonly shown = 10,
  ) {}

  /** What a source had is told with its name: several may speak of the same release. */
  readonly add = (problem: Problem, source?: string): void => {
    const kind = kindOf(problem);
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    if (count > this.shown) return;
    const name = source === undefined || kind === notRead ? '' : `${source}: `;
    this.terminal.err(`tidewaiter: ${kind.word}: ${name}${problem.message}`);
  };

  finish(what: string): void {
    for (const [{ word, plural }, count] of this.counts) {
      if (count <= this.shown) continue;
      this.terminal.err(`tidewaiter: ${word}: ${count - this.shown} more of ${count} ${plural} in ${what}.`);
    }
  }
}

/** An ecosystem that is not believed to be gone is one that was not read. */
function kindOf({ code, fatal }: Problem & { readonly fatal?: boolean }): Kind {
  return (fatal === true ? undefined : ofWhatWasRead[code]) ?? notRead;
}
