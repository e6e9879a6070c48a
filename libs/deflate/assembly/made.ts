import { output, window, windowBytes } from './memory';

/** Where the next byte is put. */
export let made: usize = output;
/** Where the stream's own output begins: matches must not reach further back. */
export let history: usize = output;

export function put(end: usize): void {
  made = end;
}

export function forget(): void {
  history = made;
}

/** Begins the output anew; what matches can reach stays in front of it. */
export function slide(): void {
  memory.copy(window, made - windowBytes, windowBytes);
  const kept = made - history;
  history = kept < windowBytes ? output - kept : window;
  made = output;
}
