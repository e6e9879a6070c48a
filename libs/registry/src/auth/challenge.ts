export interface BearerChallenge {
  readonly scheme: 'bearer';
  readonly realm: string;
  readonly service?: string;
  readonly scope?: string;
}

export type Challenge = BearerChallenge | { readonly scheme: 'basic' };

const maxHeaderLength = 8192;

/** The first challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1) that we can answer. */
export function parseChallenge(header: string | null): Challenge | undefined {
  if (header === null || header.length > maxHeaderLength) return undefined;
  const bearer = /(?:^|,)\s*Bearer\s+/i.exec(header);
  if (bearer !== null) {
    const parameters = readParameters(header.slice(bearer.index + bearer[0].length));
    const realm = parameters.get('realm');
    if (realm === undefined) return undefined;
    const service = parameters.get('service');
    const scope = parameters.get('scope');
    return {
      scheme: 'bearer',
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return /(?:^|,)\s*Basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : undefined;
}

function readParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const match of text.matchAll(/([a-zA-Z_]+)=(?:"([^"]*)"|([^\s,"]*))/g)) {
    const [, key = '', quoted, bare] = match;
    if (!parameters.has(key.toLowerCase())) parameters.set(key.toLowerCase(), quoted ?? bare ?? '');
  }
  return parameters;
}
