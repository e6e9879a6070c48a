import { compareTexts, schemeById, schemes, type VersionScheme } from '@tidewaiter/versions';
import type { Invocation } from '../command';
import { exitCodes, type ExitCode } from '../exit-codes';
import { linesOf } from '../lines';
import { wrongUsage } from '../options';
import type { Terminal } from '../terminal';

const answers = { '-1': '<', '0': '=', '1': '>' } as const;

const maxLineChars = 16 * 1024;

export async function versionsCompare(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const [id = '', a, b] = invocation.operands;
  const scheme = schemeById(id);
  if (scheme === undefined) {
    const known = schemes.map((each) => each.id).join(', ');
    throw wrongUsage(`There is no version scheme "${id}"; there are ${known}.`);
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

/** A batch of lines is answered with one write, and the next is read when that is taken: memory stays as it is. */
async function compareLines(scheme: VersionScheme, terminal: Terminal): Promise<void> {
  for await (const lines of linesOf(terminal.stdin, maxLineChars)) {
    let batch = '';
    for (const line of lines) {
      batch += `${line === undefined ? 'undetermined: the line is too long' : answerLine(scheme, line)}\n`;
    }
    await terminal.out(batch);
  }
}

const twoVersions = /^\s*(\S+)\s+(\S+)\s*$/;

function answerLine(scheme: VersionScheme, line: string): string {
  const match = twoVersions.exec(line);
  const [, a, b] = match ?? [];
  if (a === undefined || b === undefined) return 'undetermined: the line is not two versions with a space between';
  return answer(scheme, a, b);
}

function answer(scheme: VersionScheme, a: string, b: string): string {
  const order = compareTexts(scheme, a, b);
  return order.ok ? answers[order.value] : `undetermined: ${order.error.message.replace(/\s+/g, ' ')}`;
}
