import { setTimeout as sleep } from 'node:timers/promises';

/** Gives everyone who asks a turn, at even distances, so that no more than so many come in a minute. */
export class Pace {
  private next = 0;

  constructor(private readonly perMinute: number) {}

  async turn(): Promise<void> {
    const now = performance.now();
    const mine = Math.max(now, this.next);
    this.next = mine + 60_000 / this.perMinute;
    await sleep(mine - now);
  }
}
