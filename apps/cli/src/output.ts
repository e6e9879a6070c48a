import { writeFile } from 'node:fs/promises';
import { messageOf, UserError } from '@tidewaiter/kit';
import type { Problem } from '@tidewaiter/contracts';
import type { ReportFormat, ReportSubject } from '@tidewaiter/reports';
import { version } from '../../../package.json';
import type { Invocation } from './command';
import { CommandFailure, exitCodes } from './exit-codes';
import { printable } from './printable';
import type { Terminal } from './terminal';
import { counted } from './words';

/** To `--output`, or to standard output. */
export async function writeResult(text: string, invocation: Invocation, terminal: Terminal): Promise<void> {
  const path = invocation.text('output');
  if (path === undefined) return terminal.out(text);
  try {
    await writeFile(path, text);
  } catch (error) {
    const message = `${path} cannot be written (${messageOf(error)}).`;
    throw new CommandFailure(exitCodes.failed, new UserError('output-unwritable', message, { cause: error }));
  }
}

/** How wide a table may be; a file is never cut. */
export function widthOf(invocation: Invocation, terminal: Terminal): number | undefined {
  return invocation.text('output') === undefined ? terminal.columns : undefined;
}

/** A list of several images, or the one image itself. */
export function jsonText(documents: readonly unknown[], asList: boolean): string {
  return `${JSON.stringify(asList ? documents : documents[0], null, 2)}\n`;
}

/**
 * A document for other programs. It bears no time of its own making, so the same target gives the same bytes. Empty, and the
 * terminal told, where the format has none for what there is to say.
 */
export function documentText(
  format: ReportFormat,
  subjects: readonly ReportSubject[],
  { createdAt, terminal }: { readonly createdAt: string | undefined; readonly terminal: Terminal },
): string {
  const document = format.document(subjects, { tool: { name: 'tidewaiter', version }, createdAt });
  if (document !== undefined) return jsonText([document], false);
  terminal.err(
    `tidewaiter: there is nothing to state, and ${format.id} has no document without a statement; the result is empty.`,
  );
  return '';
}

const shownProblems = 10;

export function tellPartial(label: string, problems: readonly Problem[], terminal: Terminal): void {
  terminal.err(
    `tidewaiter: partial: ${counted(problems.length, 'problem')} in ${label}, so something of it is not known:`,
  );
  for (const problem of problems.slice(0, shownProblems)) terminal.err(`  ${problemLine(problem)}`);
  if (problems.length > shownProblems) terminal.err(`  and ${problems.length - shownProblems} more, see --format json`);
}

export function problemLine({ code, message, path }: Problem): string {
  const where = path === undefined || message.includes(path) ? '' : ` (${path})`;
  return printable(`${code}: ${message}${where}`);
}
