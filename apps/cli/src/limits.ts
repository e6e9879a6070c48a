import type { Limits } from '@tidewaiter/image';
import type { Invocation } from './command';
import { wrongUsage } from './options';

const assignment = /^(\w+)=(\d{1,15})$/;

/** The limits of reading as `--limit NAME=NUMBER` changes them. @throws CommandFailure for what is no such assignment. */
export async function chosenLimits(invocation: Invocation): Promise<Limits> {
  const { defaultLimits } = await import('@tidewaiter/image');
  const limits: Record<keyof Limits, number> = { ...defaultLimits };
  for (const text of invocation.list('limit')) {
    const [, name, value] = assignment.exec(text) ?? [];
    if (name === undefined || !isLimit(name, limits)) {
      const known = Object.entries(defaultLimits).map(([each, number]) => `${each}=${number}`);
      throw wrongUsage(`--limit wants NAME=NUMBER, not "${text}"; the limits are ${known.join(', ')}.`);
    }
    limits[name] = Number(value);
  }
  return limits;
}

function isLimit(name: string, limits: Limits): name is keyof Limits {
  return Object.hasOwn(limits, name);
}
