import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startAcrEmulator, type AcrEmulatorOptions } from '@tidewaiter/acr-emulator';
import { messageOf, type LogFields, type Logger } from '@tidewaiter/kit';
import { z } from 'zod';
import { EmulatorSettings } from './settings.schema';

const usage = `usage: acr-emulator --data-dir DIR --config FILE [--port 5000] [--host 127.0.0.1] [--login-server NAME] [--verbose]

FILE is JSON: { "users": [{ "username", "password", "scopes"? }], "identities"?, "anonymousPull"?, "webhooks"?, "tls"?, "dataEndpoint"?,
"throttling"?: { "tier" }, "disturbances"?: { "seed"?, "unavailable"?, "reset"?, "truncated"?, "corrupted"?, "slow"?, "slowMs"? } }`;

try {
  await run();
} catch (error) {
  process.stderr.write(`acr-emulator: ${messageOf(error)}\n`);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      config: { type: 'string' },
      port: { type: 'string', default: '5000' },
      host: { type: 'string', default: '127.0.0.1' },
      'login-server': { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  if (values['data-dir'] === undefined || values.config === undefined) throw new Error(`missing option\n${usage}`);
  if (!/^\d{1,5}$/.test(values.port)) throw new Error(`--port "${values.port}" is not a port`);

  const emulator = await startAcrEmulator({
    ...(await readSettings(values.config)),
    dataDir: values['data-dir'],
    port: Number(values.port),
    host: values.host,
    logger: createConsoleLogger(values.verbose),
    ...(values['login-server'] === undefined ? {} : { loginServer: values['login-server'] }),
  });
  process.stdout.write(`registry ready at ${emulator.url} as ${emulator.loginServer}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close());
}

async function readSettings(path: string): Promise<Omit<AcrEmulatorOptions, 'dataDir' | 'port'>> {
  const parsed = EmulatorSettings.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path} is not a settings file:\n${z.prettifyError(parsed.error)}`);
  const { users, identities, anonymousPull, webhooks, tls, dataEndpoint, throttling, disturbances } = parsed.data;
  return {
    users: users.map(withoutEmptyScopes),
    ...(identities === undefined ? {} : { identities: identities.map(withoutEmptyScopes) }),
    ...(anonymousPull === undefined ? {} : { anonymousPull }),
    ...(webhooks === undefined ? {} : { webhooks }),
    ...(dataEndpoint === undefined ? {} : { dataEndpoint }),
    ...(throttling === undefined ? {} : { throttling }),
    ...(disturbances === undefined ? {} : { disturbances }),
    ...(tls === undefined
      ? {}
      : { tls: { key: await readFile(tls.keyFile, 'utf8'), cert: await readFile(tls.certFile, 'utf8') } }),
  };
}

/** Scopes that are left out mean everything; an optional key of a parsed object may be there and undefined. */
function withoutEmptyScopes<T extends { scopes?: string[] | undefined }>({ scopes, ...rest }: T) {
  return scopes === undefined ? rest : { ...rest, scopes };
}

function createConsoleLogger(isVerbose: boolean): Logger {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
    };
  const quiet = (): void => undefined;
  return { debug: isVerbose ? write('debug') : quiet, info: write('info'), warn: write('warn'), error: write('error') };
}
