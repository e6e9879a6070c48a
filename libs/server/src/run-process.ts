import {
  configInvalidExitCode,
  logConfig,
  networkConfig,
  readConfig,
  type LogConfig,
  type Slice,
  type SliceValue,
} from '@tidewaiter/config';
import { OperationalError, UserError, useProxies, type Logger } from '@tidewaiter/kit';
import { stopOnSignal } from './http/stop-on-signal';
import { createLogger } from './log/create-logger';

type Slices = Readonly<Record<string, Slice<unknown>>>;
type ConfigOf<S extends Slices> = { readonly [K in keyof S]: SliceValue<S[K]> } & { readonly log: LogConfig };

/** Starts the parts of a process; answers how to stop them. */
export type StartProcess<S extends Slices> = (config: ConfigOf<S>, logger: Logger) => Promise<() => Promise<void>>;

/**
 * The life of a process: configuration (all problems at once, exit code 78), start, ordered stop on SIGTERM or Ctrl-C. What
 * the operator can mend is one line on standard error, without a stack.
 */
export async function runProcess<const S extends Slices>(
  app: string,
  slices: S,
  start: StartProcess<S>,
): Promise<void> {
  await runOnce(app, slices, async (config, logger) => {
    const stop = await start(config, logger);
    stopOnSignal(stop, { logger });
  });
}

/** The same for a process that does one thing and ends. */
export async function runOnce<const S extends Slices>(
  app: string,
  slices: S,
  work: (config: ConfigOf<S>, logger: Logger) => Promise<void>,
): Promise<void> {
  try {
    const config = readConfig({ ...slices, log: logConfig, network: networkConfig });
    useProxies(config.network.proxies);
    await work(config, createLogger({ app, ...config.log }));
  } catch (error) {
    process.stderr.write(`${failureText(app, error)}\n`);
    process.exit(error instanceof UserError && error.code === 'config-invalid' ? configInvalidExitCode : 1);
  }
}

function failureText(app: string, error: unknown): string {
  if (error instanceof UserError || error instanceof OperationalError) return `${app}: ${error.message}`;
  return `${app} broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
