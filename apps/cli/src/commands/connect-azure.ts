import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { AzureCloud } from '@tidewaiter/contracts';
import { OperationalError, UserError } from '@tidewaiter/kit';
import { azureCommands, placeholders, shellText, type AzureCommand, type AzureConnection } from '../azure-commands';
import { azureQueue } from '../azure-queue';
import type { Invocation } from '../command';
import { CommandFailure, exitCodes, type ExitCode } from '../exit-codes';
import { wrongUsage } from '../options';
import { readPassword } from '../target';
import type { Terminal } from '../terminal';

export async function connectAzure(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const connection = await chosenConnection(invocation);
  const commands = azureCommands(connection);
  await terminal.out(`${scriptText(commands)}\n`);
  if (!invocation.has('apply')) return exitCodes.done;
  const values = new Map<string, string>();
  const isCalled = connection.events === 'webhook' || connection.events === 'event-grid';
  if (isCalled) values.set(placeholders.secret, await webhookSecret(invocation, terminal));
  for (const command of commands) await carryOut(command, values, terminal);
  return exitCodes.done;
}

async function chosenConnection(invocation: Invocation): Promise<AzureConnection> {
  const { clouds, cloudOfHost, registryNameOf } = await import('@tidewaiter/registry');
  const [host = ''] = invocation.operands;
  const label = host.split('.')[0] ?? '';
  const registry = registryNameOf(label);
  if (!/^[A-Za-z0-9-]{5,64}$/.test(label) || !/^[A-Za-z0-9]{5,50}$/.test(registry)) {
    throw wrongUsage(`"${host}" is not the name of an Azure Container Registry, such as example.azurecr.io.`);
  }
  const cloud = AzureCloud.safeParse(invocation.text('cloud') ?? cloudOfHost(host) ?? 'public');
  if (!cloud.success) throw wrongUsage('--cloud is public, china or us-government.');
  const where = chosenEvents(invocation, clouds[cloud.data].serviceDomain);
  const mode = chosen(invocation, 'mode', ['rbac', 'abac']);
  const prefixes = invocation.list('prefix');
  if (prefixes.length > 0 && mode === 'rbac')
    throw wrongUsage('--prefix needs --mode abac: other roles open every repository.');
  if (prefixes.some((prefix) => !/^[a-z0-9._/-]+$/.test(prefix)))
    throw wrongUsage('--prefix is the beginning of a repository name.');
  const name = invocation.text('name') ?? label.toLowerCase();
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) throw wrongUsage('--name is lower-case letters, digits and dashes.');
  const principal = invocation.text('principal');
  if (principal !== undefined && !/^[0-9a-f-]{36}$/i.test(principal)) {
    throw wrongUsage('--principal is the object id of the identity: az identity show --query principalId.');
  }
  const cliCloud = cloud.data === 'public' ? undefined : clouds[cloud.data].cliName;
  return { registry, cliCloud, principal, mode, prefixes, name, ...where };
}

function chosenEvents(
  invocation: Invocation,
  serviceDomain: string,
): Pick<AzureConnection, 'events' | 'receiver' | 'queue'> {
  const id = invocation.text('queue');
  const events = id === undefined ? chosen(invocation, 'events', ['webhook', 'event-grid', 'queue', 'none']) : 'queue';
  const receiver = invocation.text('receiver')?.replace(/\/$/, '') ?? '';
  if (events === 'queue') {
    if ((invocation.text('events') ?? events) !== events) throw wrongUsage('--queue goes with --events queue alone.');
    const queue = azureQueue(id ?? '', serviceDomain);
    if (queue !== undefined) return { events, receiver, queue };
    throw wrongUsage(
      "--queue is Azure's id of a queue of a Service Bus or a storage account, or of a subscription of a topic: az servicebus queue show --query id.",
    );
  }
  if (events !== 'none' && !/^https?:\/\/[^/\s"'`$]+$/.test(receiver)) {
    throw wrongUsage(
      '--receiver says where Azure reaches the receiver, such as https://hooks.example.com; or give --events none, or a queue.',
    );
  }
  // https://learn.microsoft.com/azure/event-grid/handler-webhooks
  if (events === 'event-grid' && receiver.startsWith('http:')) {
    throw wrongUsage('Event Grid calls nobody without TLS: --receiver begins with https://.');
  }
  return { events, receiver };
}

function chosen<const T extends string>(invocation: Invocation, option: string, words: readonly [T, ...T[]]): T {
  const given = invocation.text(option) ?? words[0];
  const found = words.find((word) => word === given);
  if (found === undefined) throw wrongUsage(`--${option} is one of ${words.join(', ')}.`);
  return found;
}

function scriptText(commands: readonly AzureCommand[]): string {
  return commands.map((command) => `# ${command.why}\n${shellText(command)}`).join('\n');
}

async function webhookSecret(invocation: Invocation, terminal: Terminal): Promise<string> {
  if (!invocation.has('secret-stdin')) {
    throw wrongUsage(
      '--apply needs the webhook secret that the receiver knows: give it on standard input with --secret-stdin.',
    );
  }
  const secret = await readPassword(terminal);
  if (secret.length < 16) throw wrongUsage('The webhook secret must have at least 16 characters.');
  return secret;
}

/** Runs it through the Azure CLI that is installed. What it prints may hold secrets, so only a failure's own words are shown. */
async function carryOut(command: AzureCommand, values: Map<string, string>, terminal: Terminal): Promise<void> {
  const words = command.words.map((word) =>
    [...values].reduce((filled, [placeholder, value]) => filled.replaceAll(placeholder, () => value), word),
  );
  const output = await runAz(words, [...values.values()]);
  if (command.gives !== undefined) values.set(command.gives, output.trim());
  terminal.err(`done: ${command.why}`);
}

async function runAz(words: readonly string[], secrets: readonly string[]): Promise<string> {
  const az = spawn('az', [...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number>((resolve, reject) => {
    az.once('error', reject);
    az.once('close', (code) => resolve(code ?? 1));
  });
  try {
    const [code, output, complaint] = await Promise.all([exited, text(az.stdout), text(az.stderr)]);
    if (code === 0) return output;
    const said = secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), complaint.trim());
    throw new OperationalError(
      'az-failed',
      `az ${words.slice(0, 3).join(' ')} ended with ${code}: ${said.slice(0, 1_000)}`,
    );
  } catch (error) {
    if (error instanceof OperationalError) throw error;
    const missing = new UserError(
      'az-missing',
      'The Azure CLI is not installed here: run what is printed where it is.',
      {
        cause: error,
      },
    );
    throw new CommandFailure(exitCodes.failed, missing);
  }
}
