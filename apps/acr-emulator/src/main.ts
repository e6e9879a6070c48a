import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  startAcrEmulator,
  startEntraEmulator,
  type AcrEmulatorOptions,
  type EntraEmulatorOptions,
} from '@tidewaiter/acr-emulator';
import { messageOf, type LogFields, type Logger } from '@tidewaiter/kit';
import { z } from 'zod';
import { EmulatorSettings } from './settings.schema';

const usage = `usage: acr-emulator --data-dir DIR --config FILE [--port 5000] [--host 127.0.0.1] [--login-server NAME] [--verbose]

FILE is JSON: { "users": [{ "username", "password", "secondPassword"?, "scopes"? }], "tokens"?, "identities"?,
"anonymousPull"?, "roleAssignmentMode"?, "entra"?, "webhooks"?, "quarantine"?, "softDelete"?: { "retentionDays" }, "eventSubscriptions"?,
"resourceId"?, "eventDisturbances"?: { "seed"?, "lost"?, "doubled"?, "reordered"?, "delayed"?, "delayMs"? }, "tls"?, "dataEndpoint"?,
"dataLinkSeconds"?, "accessTokenSeconds"?, "refreshTokenSeconds"?, "throttling"?: { "tier", "budgets"?, "closedSeconds"? }, "disturbances"?: { "seed"?, "unavailable"?, "reset"?, "truncated"?, "corrupted"?, "slow"?, "slowMs"? } }`;

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

  const settings = await readSettings(values.config);
  const entra =
    settings.entra === undefined ? undefined : await startEntraEmulator({ ...settings.entra, host: values.host });
  const emulator = await startAcrEmulator({
    ...settings.registry,
    ...(entra === undefined ? {} : { entra }),
    dataDir: values['data-dir'],
    port: Number(values.port),
    host: values.host,
    logger: createConsoleLogger(values.verbose),
    ...(values['login-server'] === undefined ? {} : { loginServer: values['login-server'] }),
  });
  process.stdout.write(`registry ready at ${emulator.url} as ${emulator.loginServer}\n`);
  if (emulator.dataUrl !== undefined) process.stdout.write(`blobs at ${emulator.dataUrl}\n`);
  if (entra !== undefined) {
    process.stdout.write(`entra ready at ${entra.authorityUrl}, metadata service at ${entra.metadataUrl}\n`);
  }
  const close = () => void Promise.all([emulator.close(), entra?.close()]);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, close);
}

interface Settings {
  readonly registry: Omit<AcrEmulatorOptions, 'dataDir' | 'port'>;
  readonly entra: EntraEmulatorOptions | undefined;
}

async function readSettings(path: string): Promise<Settings> {
  const parsed = EmulatorSettings.safeParse(jsonOf(await readFile(path, 'utf8'), path));
  if (!parsed.success) throw new Error(`${path} is not a settings file:\n${z.prettifyError(parsed.error)}`);
  const { tls: files, entra, ...rest } = parsed.data;
  const tls =
    files === undefined
      ? undefined
      : { key: await readFile(files.keyFile, 'utf8'), cert: await readFile(files.certFile, 'utf8') };
  if (entra !== undefined && tls === undefined) throw new Error('"entra" needs "tls": clients of Entra insist on it');
  return {
    registry: tls === undefined ? rest : { ...rest, tls },
    entra: entra === undefined || tls === undefined ? undefined : { ...entra, tls },
  };
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
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
