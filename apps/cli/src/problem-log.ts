import type { Problem } from '@tidewaiter/contracts';
import type { Terminal } from './terminal';

/** Shows the first problems of a source and counts the rest: one broken export must not bury the answer. */
export class ProblemLog {
  private count = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly shown = 10,
  ) {}

  readonly add = (problem: Problem): void => {
    this.count += 1;
    if (this.count <= this.shown) this.terminal.err(`tidewaiter: not read: ${problem.message}`);
  };

  finish(what: string): void {
    if (this.count > this.shown) {
      this.terminal.err(`tidewaiter: not read: ${this.count - this.shown} more of ${this.count} problems in ${what}.`);
    }
  }
}
