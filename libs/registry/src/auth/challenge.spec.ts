import { parseChallenge } from './challenge';

describe('a challenge', () => {
  it('is read with quoted and bare parameters, in any order and case', () => {
    expect(parseChallenge('Bearer realm="https://r/token",service="r.io",scope="repository:a/b:pull,push"')).toEqual({
      scheme: 'bearer',
      realm: 'https://r/token',
      service: 'r.io',
      scope: 'repository:a/b:pull,push',
    });
    expect(parseChallenge('bearer Service=r, REALM="https://r/token"')).toEqual({
      scheme: 'bearer',
      realm: 'https://r/token',
      service: 'r',
    });
  });

  it('prefers a token over a password', () => {
    expect(parseChallenge('Basic realm="x", Bearer realm="https://r/token"')).toMatchObject({ scheme: 'bearer' });
  });

  it('has its own parameters, not those of the next', () => {
    const token = { scheme: 'bearer', realm: 'https://r/token', service: 'r' };
    expect(parseChallenge('Bearer realm="https://r/token",service="r", Basic realm="Registry"')).toEqual(token);
    expect(parseChallenge('Basic realm="a, b", Bearer service="r", realm="https://r/token"')).toEqual(token);
    expect(parseChallenge('Negotiate, NTLM abc==, Bearer realm="https://r/token",service=r')).toEqual(token);
    expect(parseChallenge('Bearer service="r", Basic realm="https://r/token"')).toEqual({ scheme: 'basic' });
    expect(parseChallenge('Bearer, Basic realm="x"')).toEqual({ scheme: 'basic' });
  });

  it('means nothing by what it quotes', () => {
    expect(parseChallenge('Basic realm="no, Bearer realm=evil"')).toEqual({ scheme: 'basic' });
    expect(parseChallenge('Bearer realm="https://r/\\"token",error="a, scope=b"')).toEqual({
      scheme: 'bearer',
      realm: 'https://r/"token',
    });
  });

  it('is read as Basic', () => {
    expect(parseChallenge('Basic realm="Registry Realm"')).toEqual({ scheme: 'basic' });
  });

  it.each([null, '', 'Negotiate', 'Bearer', 'Bearer service="x"', `Bearer realm="${'x'.repeat(9000)}"`])(
    'of another kind is none: %s',
    (header) => {
      expect(parseChallenge(header)).toBeUndefined();
    },
  );
});
