/** What our code logs through. Messages are constants in "noun event" form ("scan finished"); data goes in fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The same log, with these fields on every entry. */
export function withFields(logger: Logger, always: LogFields): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { ...always, ...fields }),
    info: (message, fields) => logger.info(message, { ...always, ...fields }),
    warn: (message, fields) => logger.warn(message, { ...always, ...fields }),
    error: (message, fields) => logger.error(message, { ...always, ...fields }),
  };
}

function ignore(): void {
  // A logger for callers that do not want one.
}
