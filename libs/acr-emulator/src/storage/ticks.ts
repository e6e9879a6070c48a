let previous = 0n;

/**
 * A time as ACR prints it, with seven fractional digits, and later than every one given before, so that orderings by time
 * are total.
 */
export function nextTick(): string {
  const now = BigInt(Date.now()) * 10_000n;
  previous = now > previous ? now : previous + 1n;
  const milliseconds = Number(previous / 10_000n);
  const rest = String(previous % 10_000_000n).padStart(7, '0');
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${rest}Z`;
}
