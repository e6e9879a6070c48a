import type { Limits } from '@tidewaiter/image';
import type { Invocation } from './command';
import { wrongUsage } from './options';

/** The limits of reading as `--limit NAME=NUMBER` changes them. @throws CommandFailure for what is no such assignment. */
export async function chosenLimits(invocation: Invocation): Promise<Limits> {
  const { changedLimits } = await import('@tidewaiter/image');
  const limits = changedLimits(invocation.list('limit'));
  if (!limits.ok) throw wrongUsage(`--limit: ${limits.error}.`);
  return limits.value;
}
