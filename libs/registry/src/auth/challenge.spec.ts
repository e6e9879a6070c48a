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
