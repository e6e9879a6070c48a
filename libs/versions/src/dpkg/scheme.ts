import { ok, type Result } from '@tidewaiter/kit';
import { isDigit } from '../digits';
import { compareDigitsAt, endOfDigits, isLetter } from '../runs';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** deb-version(7): [epoch:]upstream[-revision] */
export interface DpkgVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

export const dpkg: VersionScheme<DpkgVersion> = { id: 'dpkg', parse, compare };

const largestEpoch = 2_147_483_647;

function parse(raw: string): Result<DpkgVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const text = bounded.value;

  const colon = text.indexOf(':');
  const epochText = colon === -1 ? '0' : text.slice(0, colon);
  if (!/^\d+$/.test(epochText)) return malformed(raw, 'the epoch (before the first ":") is not a number');
  const epoch = Number(epochText);
  if (epoch > largestEpoch) return malformed(raw, 'the epoch is too big');

  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const upstream = dash === -1 ? rest : rest.slice(0, dash);
  const revision = dash === -1 ? '' : rest.slice(dash + 1);
  if (upstream === '') return malformed(raw, 'there is no upstream version');
  if (dash !== -1 && revision === '') return malformed(raw, 'the revision after the last "-" is empty');
  // dpkg only warns when the upstream version does not begin with a digit, so such versions are installed and have an order.
  if (!/^[A-Za-z0-9.+~:-]+$/.test(upstream))
    return malformed(raw, 'a character of the upstream version is not allowed');
  if (!/^[A-Za-z0-9.+~]*$/.test(revision)) return malformed(raw, 'a character of the revision is not allowed');
  return ok({ epoch, upstream, revision });
}

function compare(a: DpkgVersion, b: DpkgVersion): Order {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  const byUpstream = comparePart(a.upstream, b.upstream);
  return byUpstream === 0 ? comparePart(a.revision, b.revision) : byUpstream;
}

/** Alternates between a run of non-digits and a run of digits until both parts are used up. */
function comparePart(a: string, b: string): Order {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference < 0 ? -1 : 1;
      i++;
      j++;
    }
    const order = compareDigitsAt(a, i, b, j);
    if (order !== 0) return order;
    i = endOfDigits(a, i);
    j = endOfDigits(b, j);
  }
  return 0;
}

/** "~" sorts before the end of the part, the end and digits before letters, letters before everything else. */
function weight(text: string, at: number): number {
  if (at >= text.length) return 0;
  const code = text.charCodeAt(at);
  if (isDigit(code)) return 0;
  if (code === 126) return -1;
  return isLetter(code) ? code : code + 256;
}
