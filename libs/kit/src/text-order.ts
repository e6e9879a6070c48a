/** By code unit: the same everywhere, which a locale's order is not. */
export function textOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
