import type { SQLOutputValue } from 'node:sqlite';
import { UnexpectedError } from '@tidewaiter/kit';

/** A row of a store, and its columns as what the schema says they are. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

export function payloadIn(row: Row): string | Uint8Array {
  const { payload } = row;
  if (typeof payload === 'string' || payload instanceof Uint8Array) return payload;
  throw damaged('payload');
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw damaged(column);
}

export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw damaged(column);
}

export function damaged(column: string): UnexpectedError {
  return new UnexpectedError('advisory-store-damaged', `The advisory store has an unexpected value in ${column}.`);
}
