import { compareVersions, schemeById, schemes } from '@tidewaiter/versions';
import type { Invocation } from '../command';
import { exitCodes, type ExitCode } from '../exit-codes';
import { linesOf } from '../lines';
import { wrongUsage } from '../options';
import type { Terminal } from '../terminal';

const answers = { '-1': '<', '0': '=', '1': '>' } as const;

/** Answers are collected to this size before they are written. */
const batchChars = 64 * 1024;
const maxLineChars = 16 * 1024;

export async function versionsCompare(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const [scheme = '', a, b] = invocation.operands;
  if (schemeById(scheme) === undefined) {
    const known = schemes.map(({ id }) => id).join(', ');
    throw wrongUsage(`There is no version scheme "${scheme}"; there are ${known}.`);
  }
  if (invocation.has('stdin')) {
    if (a !== undefined)
      throw wrongUsage('With --stdin the versions come from standard input, not from the command line.');
    await compareLines(scheme, terminal);
    return exitCodes.done;
  }
  if (a === undefined || b === undefined) throw wrongUsage('tidewaiter versions compare wants SCHEME A B, or --stdin.');
  await terminal.out(`${answer(scheme, a, b)}\n`);
  return exitCodes.done;
}

async function compareLines(scheme: string, terminal: Terminal): Promise<void> {
  let batch = '';
  for await (const line of linesOf(terminal.stdin, maxLineChars)) {
    batch += `${line === undefined ? 'undetermined: the line is too long' : answerLine(scheme, line)}\n`;
    if (batch.length < batchChars) continue;
    await terminal.out(batch);
    batch = '';
  }
  if (batch !== '') await terminal.out(batch);
}

function answerLine(scheme: string, line: string): string {
  const [a, b, ...more] = line.trim().split(/\s+/);
  if (a === undefined || a === '' || b === undefined || more.length > 0) {
    return 'undetermined: the line is not two versions with a space between';
  }
  return answer(scheme, a, b);
}

function answer(scheme: string, a: string, b: string): string {
  const order = compareVersions(scheme, a, b);
  return order.ok ? answers[order.value] : `undetermined: ${order.error.message.replace(/\s+/g, ' ')}`;
}
