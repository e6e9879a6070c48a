import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../disturbances';
import type { EventDisturbanceRates } from './event-disturbances.schema';

export type EventDisturbance = 'lost' | 'doubled' | 'reordered' | 'delayed';

/** How long an event is held back for one to come after which it can be sent. */
const heldMs = 1_000;

/** Brings events to where they are wanted, with what may happen on the way. */
export interface Courier {
  /** Sends at once, late, twice or never. The order in which this is called decides what happens to which. */
  post(destination: string, send: (signal: AbortSignal) => Promise<void>): void;
  /** From now on; the sequence begins anew. */
  disturb(rates: EventDisturbanceRates): void;
  counts(): Readonly<Record<EventDisturbance, number>>;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export function createCourier(initial: EventDisturbanceRates): Courier {
  const fate = createFate(initial);
  const underway = new Set<Promise<void>>();
  const held = new Map<string, () => void>();
  const stop = new AbortController();

  function run(send: (signal: AbortSignal) => Promise<void>, delayMs: number): Promise<void> {
    const sent = (delayMs === 0 ? Promise.resolve() : sleep(delayMs, undefined, { signal: stop.signal }))
      .then(() => send(stop.signal))
      // Stopped while it waited. What became of one that was sent is in the log of deliveries.
      .catch(() => undefined);
    underway.add(sent);
    void sent.finally(() => underway.delete(sent));
    return sent;
  }

  /** Sent when the next one has been, or after a while when there is none. */
  function hold(destination: string, send: (signal: AbortSignal) => Promise<void>): void {
    const timer = setTimeout(() => release(destination), heldMs);
    held.set(destination, () => {
      clearTimeout(timer);
      void run(send, 0);
    });
  }

  function release(destination: string): void {
    const send = held.get(destination);
    held.delete(destination);
    send?.();
  }

  return {
    post(destination, send) {
      const { delays, isOvertaken } = fate.next();
      for (const [copy, delayMs] of delays.entries()) {
        if (copy === 0 && isOvertaken && !held.has(destination)) hold(destination, send);
        else void run(send, delayMs).finally(() => release(destination));
      }
    },
    disturb: (rates) => fate.change(rates),
    counts: () => fate.counts(),
    async settled() {
      while (held.size > 0 || underway.size > 0) {
        for (const destination of [...held.keys()]) release(destination);
        await Promise.allSettled([...underway]);
      }
    },
    async close() {
      stop.abort();
      for (const destination of [...held.keys()]) release(destination);
      await Promise.allSettled([...underway]);
    },
  };
}

interface Fate {
  /** The wait of each copy in milliseconds; none is lost. */
  readonly delays: readonly number[];
  readonly isOvertaken: boolean;
}

/** Decides what happens to one event after the other. */
function createFate(initial: EventDisturbanceRates) {
  const counts = { lost: 0, doubled: 0, reordered: 0, delayed: 0 };
  let rates = initial;
  let random = seededRandom(rates.seed ?? 1);

  function happens(kind: EventDisturbance): boolean {
    const isSo = random() < (rates[kind] ?? 0);
    if (isSo) counts[kind] += 1;
    return isSo;
  }

  return {
    /** Every rate is asked for every event, so that a rate that is zero changes nothing for the others. */
    next(): Fate {
      const [isLost, isDoubled] = [happens('lost'), happens('doubled')];
      const [isOvertaken, isDelayed] = [happens('reordered'), happens('delayed')];
      const delays = [random(), random()].map((share) => (isDelayed ? Math.ceil(share * (rates.delayMs ?? 1_000)) : 0));
      return { isOvertaken, delays: isLost ? [] : delays.slice(0, isDoubled ? 2 : 1) };
    },
    change(next: EventDisturbanceRates): void {
      rates = next;
      random = seededRandom(next.seed ?? 1);
    },
    counts: () => ({ ...counts }),
  };
}
