import type { LoggerService } from '@nestjs/common';
import type { LogConfig } from '@tidewaiter/config';
import type { LogFields, Logger } from '@tidewaiter/kit';
import { pino, type DestinationStream } from 'pino';
import { redact } from './redact';
import { textLines } from './text-lines';

export interface LoggerOptions extends LogConfig {
  /** Which process writes, e.g. `receiver`. */
  readonly app: string;
  /** Standard output when left out. */
  readonly destination?: DestinationStream;
}

/** One JSON object a line, or short lines for people on a terminal. Secrets are taken out of the fields. */
export function createLogger({ app, level, format, destination = process.stdout }: LoggerOptions): Logger {
  const isText = format === 'text' || (format === 'auto' && process.stdout.isTTY);
  const log = pino(
    {
      level,
      base: { app },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    isText ? textLines(destination) : destination,
  );
  const at =
    (write: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      if (log.isLevelEnabled(write)) log[write](redact(fields), message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What Nest itself says: its own start is for debugging, its warnings and errors are ours too. */
export function nestLogger(logger: Logger): LoggerService {
  const fieldsOf = (message: unknown, context: readonly unknown[]): LogFields => ({
    text: message instanceof Error ? message : String(message),
    context: context.filter((part) => typeof part === 'string').at(-1),
  });
  return {
    log: (message, ...context: unknown[]) => logger.debug('nest said', fieldsOf(message, context)),
    debug: (message, ...context: unknown[]) => logger.debug('nest said', fieldsOf(message, context)),
    verbose: (message, ...context: unknown[]) => logger.debug('nest said', fieldsOf(message, context)),
    warn: (message, ...context: unknown[]) => logger.warn('nest warned', fieldsOf(message, context)),
    error: (message, ...context: unknown[]) => logger.error('nest failed', fieldsOf(message, context)),
    fatal: (message, ...context: unknown[]) => logger.error('nest failed', fieldsOf(message, context)),
  };
}
