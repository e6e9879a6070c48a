import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from '../dice';
import type { OwnSite } from '../own-site/own-site';

/**
 * Kills one worker after the other at moments that nobody chose, once restarts the database and once empties the queue, for
 * as long as the given work goes on.
 */
export async function during(
  work: Promise<void>,
  { site, workers, dice, calmMs }: { site: OwnSite; workers: number; dice: Dice; calmMs: number },
): Promise<{ readonly killed: number }> {
  let isOver = false;
  let killed = 0;
  const accidents = [() => site.services.restartDatabase(), () => site.services.flushQueue()];
  const unrest = async (): Promise<void> => {
    while (!isOver || accidents.length > 0) {
      await sleep(500 + dice.below(calmMs));
      const replica = 1 + dice.below(workers);
      await site.installation.program('worker', replica).kill();
      killed += 1;
      if (dice.below(2) === 0) await accidents.shift()?.();
      await site.installation.startServer('worker', {}, replica);
    }
  };
  await Promise.all([work.finally(() => (isOver = true)), unrest()]);
  return { killed };
}
