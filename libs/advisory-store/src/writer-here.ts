import type { DatabaseSync } from 'node:sqlite';
import { UnexpectedError } from '@tidewaiter/kit';
import type { StoreWriter } from './import-part';
import { PartWriter } from './part-writer';

/** Writes in the caller's own thread. */
export function writerHere(database: DatabaseSync): StoreWriter {
  let part: PartWriter | undefined;
  const changedIds = new Set<string>();
  let isRelinked = false;
  const opened = (): PartWriter => {
    if (part === undefined) throw new UnexpectedError('no-part', 'No part of the store was opened.');
    return part;
  };
  return {
    open: (task) => {
      part = new PartWriter(database, task);
      return Promise.resolve(part.opened());
    },
    write: (piece) => Promise.resolve(opened().write(piece)),
    counts: () => Promise.resolve(opened().counts()),
    close: (end) => {
      const counts = opened().close(end);
      const effects = opened().effects();
      for (const id of effects.changedIds) changedIds.add(id);
      isRelinked ||= effects.isRelinked;
      return Promise.resolve(counts);
    },
    effects: () => Promise.resolve({ changedIds, isRelinked }),
  };
}
