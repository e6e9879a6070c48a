import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, type Logger } from '@tidewaiter/kit';
import { Client } from 'pg';

export interface ListenOptions {
  readonly url: string;
  readonly channel: string;
  readonly applicationName: string;
  readonly logger: Logger;
  onMessage(payload: string): void;
  /** Listening has begun, for the first time or again: what was said in between has not been heard. */
  onListening(): void;
}

export interface Listener {
  close(): Promise<void>;
}

const firstWaitMs = 200;
const lastWaitMs = 10_000;
/** A connection that died without a word is noticed by asking. */
const checkEveryMs = 15_000;
const answerWithinMs = 10_000;
const endWithinMs = 2_000;

/**
 * LISTEN on a connection of its own, made again whenever it is lost. Returns at once; messages are delivered only while
 * connected, so the listener is a hint to look at a table and never the only word.
 */
export function listen(options: ListenOptions): Listener {
  const stop = new AbortController();
  const done = keepListening(options, stop.signal);
  return {
    close: async () => {
      stop.abort();
      await done;
    },
  };
}

async function keepListening(options: ListenOptions, stop: AbortSignal): Promise<void> {
  let waitMs = firstWaitMs;
  while (!stop.aborted) {
    const heard = await listenOnce(options, stop);
    if (stop.aborted) return;
    waitMs = heard ? firstWaitMs : Math.min(waitMs * 2, lastWaitMs);
    await sleep(waitMs, undefined, { signal: stop }).catch(stopped);
  }
}

/** Ends when the connection does; true when it had listened. */
async function listenOnce(options: ListenOptions, stop: AbortSignal): Promise<boolean> {
  const { url, channel, applicationName, logger, onMessage, onListening } = options;
  const over = new AbortController();
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: answerWithinMs,
    query_timeout: answerWithinMs,
  });
  const lost = new Promise<void>((resolve) => {
    client.on('end', resolve);
    client.on('error', () => resolve());
  });
  client.on('notification', (message) => onMessage(message.payload ?? ''));
  let isListening = false;
  try {
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    isListening = true;
    onListening();
    await Promise.race([lost, watch(client, AbortSignal.any([stop, over.signal]))]);
    if (!stop.aborted) logger.warn('database listener lost', { channel });
  } catch (error) {
    if (!stop.aborted) logger.warn('database listener failed', { channel, error: messageOf(error) });
  } finally {
    over.abort();
    // A server that does not answer must not hold us up.
    await Promise.race([client.end().catch(stopped), sleep(endWithinMs, undefined, { ref: false })]);
  }
  return isListening;
}

/** Ends when it is over, rejects when the server no longer answers. */
async function watch(client: Client, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await sleep(checkEveryMs, undefined, { signal: over }).catch(stopped);
    if (!over.aborted) await client.query('SELECT 1');
  }
}

function stopped(): void {
  // Told to stop while waiting, or a connection that is already gone: both are the end this leads to.
}
