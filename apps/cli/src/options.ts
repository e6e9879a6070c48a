import { UserError } from '@tidewaiter/kit';
import { reportFormats, type ReportFormat } from '@tidewaiter/reports';
import type { Invocation } from './command';
import { CommandFailure, exitCodes } from './exit-codes';

type Format = 'table' | 'json';

/** `table` or `json`. */
export function chosenFormat(invocation: Invocation): Format {
  const format = ownFormat(invocation);
  if (format !== undefined) return format;
  throw unknownFormat(invocation, []);
}

/** One of our own two, or a document format that can carry this. */
export function chosenReportFormat(invocation: Invocation, what: ReportFormat['of'][number]): Format | ReportFormat {
  const format = ownFormat(invocation);
  if (format !== undefined) return format;
  const possible = reportFormats.filter(({ of }) => of.includes(what));
  const chosen = possible.find(({ id }) => id === invocation.text('format'));
  if (chosen === undefined) throw unknownFormat(invocation, possible);
  if (!chosen.holdsSeveral && invocation.text('platform') === 'all') {
    throw wrongUsage(`A ${chosen.id} document speaks of one image: name one --platform, not "all".`);
  }
  return chosen;
}

function ownFormat(invocation: Invocation): Format | undefined {
  const format = invocation.text('format') ?? 'table';
  return format === 'table' || format === 'json' ? format : undefined;
}

function unknownFormat(invocation: Invocation, possible: readonly ReportFormat[]): CommandFailure {
  const names = ['table', 'json', ...possible.map(({ id }) => id)];
  const last = names.pop() ?? '';
  return wrongUsage(
    `There is no format "${invocation.text('format') ?? ''}"; there are ${names.join(', ')} and ${last}.`,
  );
}

export function wrongUsage(message: string): CommandFailure {
  return new CommandFailure(exitCodes.wrongUsage, new UserError('usage', message));
}
