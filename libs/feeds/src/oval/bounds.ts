import type { RangeEvent } from '@tidewaiter/contracts';
import type { OvalLeaf } from './oval';

/**
 * The interval that tests of one package's version make together. "Greater than" leaves the version itself out, for which
 * ranges have no event: what rpm orders directly behind it begins the interval instead (a caret,
 * https://rpm.org/docs/4.20.x/manual/spec.html). Undefined where an operation is not known, or nothing is tested.
 */
export function intervalOf(leaves: readonly OvalLeaf[]): readonly RangeEvent[] | undefined {
  let start: RangeEvent = { introduced: '0' };
  const ends: RangeEvent[] = [];
  for (const { package: tested } of leaves) {
    const evr = tested?.state.evr;
    if (evr === undefined) continue;
    const value = evr.value.replace(/^0:/, '');
    switch (evr.operation) {
      case 'less than':
        ends.push({ fixed: value });
        break;
      case 'less than or equal':
        ends.push({ lastAffected: value });
        break;
      case 'greater than':
        start = { introduced: `${value}^` };
        break;
      case 'greater than or equal':
        start = { introduced: value };
        break;
      default:
        return undefined;
    }
  }
  const [end] = ends;
  return end === undefined || ends.length > 1 ? undefined : [start, end];
}
