export interface BearerChallenge {
  readonly scheme: 'bearer';
  readonly realm: string;
  readonly service?: string;
  readonly scope?: string;
}

export type Challenge = BearerChallenge | { readonly scheme: 'basic' };

const maxHeaderLength = 8192;

/** A scheme with what is said about it, `name=value`. */
interface Stated {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * What of a WWW-Authenticate header we can answer (RFC 9110 section 11.6.1): a token rather than a password, whichever comes
 * first. Several headers arrive as one, so challenges and their parameters are both separated by commas.
 */
export function parseChallenge(header: string | null): Challenge | undefined {
  if (header === null || header.length > maxHeaderLength) return undefined;
  const challenges = readChallenges(header);
  for (const { scheme, parameters } of challenges) {
    const realm = parameters.get('realm');
    if (scheme !== 'bearer' || realm === undefined) continue;
    const service = parameters.get('service');
    const scope = parameters.get('scope');
    return {
      scheme,
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
}

function readChallenges(header: string): readonly Stated[] {
  const challenges: Stated[] = [];
  let parameters = new Map<string, string>();
  // A word, and what it is set to if it is a parameter and not a scheme.
  const words = /[\s,]*([^\s,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/gy;
  for (const [, word = '', quoted, bare] of header.matchAll(words)) {
    const name = word.toLowerCase();
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare;
    if (value === undefined) {
      parameters = new Map();
      challenges.push({ scheme: name, parameters });
    } else if (!parameters.has(name)) parameters.set(name, value);
  }
  return challenges;
}
