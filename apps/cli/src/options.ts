import { UserError } from '@tidewaiter/kit';
import type { Invocation } from './command';
import { CommandFailure, exitCodes } from './exit-codes';

export type Format = 'table' | 'json';

export function chosenFormat(invocation: Invocation): Format {
  const format = invocation.text('format') ?? 'table';
  if (format === 'table' || format === 'json') return format;
  throw wrongUsage(`There is no format "${format}"; there are table and json.`);
}

export function wrongUsage(message: string): CommandFailure {
  return new CommandFailure(exitCodes.wrongUsage, new UserError('usage', message));
}
