import { readConfig, registriesConfig, type RegistryConfig } from '@tidewaiter/config';
import { UserError } from '@tidewaiter/kit';
import type { CheckStep, RegistryCheck, RegistryCheckInput } from '@tidewaiter/registry';
import type { Invocation } from '../command';
import { CommandFailure, exitCodes, type ExitCode } from '../exit-codes';
import { chosenFormat, wrongUsage } from '../options';
import { chosenLogin, chosenPlace } from '../registry-login';
import { allowedHosts } from '../target';
import type { Terminal } from '../terminal';

export async function doctor(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const format = chosenFormat(invocation);
  const checks: RegistryCheck[] = [];
  for (const input of await inputs(invocation, terminal)) {
    const check = await checked(input);
    if (format === 'table') await terminal.out(checkText(check));
    checks.push(check);
  }
  if (format === 'json') await terminal.out(`${JSON.stringify(checks, null, 2)}\n`);
  return checks.every(({ ok }) => ok) ? exitCodes.done : exitCodes.targetUnreadable;
}

async function checked(input: RegistryCheckInput): Promise<RegistryCheck> {
  const { checkRegistry } = await import('@tidewaiter/registry');
  try {
    return await checkRegistry(input);
  } catch (error) {
    // An address that makes no sense is all it throws for.
    throw error instanceof UserError ? new CommandFailure(exitCodes.wrongUsage, error) : error;
  }
}

/** One registry by its address and the options, or those the configuration describes, all or one by its name. */
async function inputs(invocation: Invocation, terminal: Terminal): Promise<readonly RegistryCheckInput[]> {
  const [named] = invocation.operands;
  const repository = invocation.text('repository');
  const { registries } = readConfig({ registries: registriesConfig }).registries;
  const meant = named === undefined ? registries : registries.filter(({ name }) => name === named);
  if (meant.length > 0) return meant.map((config) => ({ ...inputOf(config), repository }));
  if (named === undefined) {
    throw wrongUsage('No registry is configured here (TIDEWAITER_CONFIG, ACR_LOGIN_SERVER): name one by its host.');
  }
  const host = named.replace(/^https?:\/\//, '');
  const login = await chosenLogin(invocation, host, terminal);
  const plainHttp = invocation.has('insecure') ? true : undefined;
  const place = { ...chosenPlace(invocation), allowedHosts: allowedHosts(invocation) };
  return [{ ...place, registry: named, plainHttp, login, repository }];
}

function inputOf(config: RegistryConfig): RegistryCheckInput {
  return { ...config, registry: config.endpoint, plainHttp: config.allowInsecure, login: config.credentials };
}

function checkText({ registry, ok, steps }: RegistryCheck): string {
  const verdict = ok ? 'can be watched' : 'cannot be watched as it is';
  return [`${registry}: ${verdict}`, '', ...steps.flatMap(stepLines), ''].join('\n');
}

function stepLines({ step, outcome, saw, advice }: CheckStep): string[] {
  const line = `  ${outcome.padEnd(8)} ${step.padEnd(13)} ${saw}`;
  return advice === undefined ? [line] : [line, `  ${''.padEnd(22)} -> ${advice}`];
}
