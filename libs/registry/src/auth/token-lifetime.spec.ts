import { usableSeconds } from './token-lifetime';

function token(claims: object): string {
  return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
}

describe('the life of a token', () => {
  it('is the time between its own two dates, whatever our clock says, less five minutes', () => {
    expect(usableSeconds(token({ iat: 1_000, exp: 5_500 }), 60)).toBe(4_200);
  });

  it('is cut by a tenth when it is short', () => {
    expect(usableSeconds(token({ iat: 0, exp: 100 }), undefined)).toBe(90);
  });

  it('is what the answer stated, or a minute, when the token does not tell', () => {
    expect(usableSeconds('opaque', 1_000)).toBe(900);
    expect(usableSeconds('a.b.c', undefined)).toBe(54);
    expect(usableSeconds(token({ exp: 'soon' }), undefined)).toBe(54);
  });

  it('is over when its end lies before its beginning', () => {
    expect(usableSeconds(token({ iat: 100, exp: 50 }), undefined)).toBe(0);
  });
});
