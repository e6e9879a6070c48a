import { addressBelow, addressNamedBy, isDirectory, shownAddress } from './address';

// https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas: the token is the query of every address.
const directory = 'https://account.blob.core.windows.net/feeds/npm/?sv=2024-11-04&sr=c&sig=a%2Bb%3D';

describe('an address with a token', () => {
  it('gives it to every file below', () => {
    expect(addressBelow(directory, 'GHSA%3A1.json')).toBe(
      'https://account.blob.core.windows.net/feeds/npm/GHSA%3A1.json?sv=2024-11-04&sr=c&sig=a%2Bb%3D',
    );
    expect(addressBelow('https://osv.example/npm/', 'all.zip')).toBe('https://osv.example/npm/all.zip');
  });

  it('gives it to what its list names on the same server, and to no other', () => {
    const list = 'https://a.example/list?sig=b';
    expect(addressNamedBy(list, 'https://a.example/x/')).toBe('https://a.example/x/?sig=b');
    const others = [
      'https://a.example/x?sig=c',
      'http://a.example/x',
      'https://a.example:8443/x',
      'https://b.example/x',
    ];
    for (const named of others) expect(addressNamedBy(list, named)).toBe(named);
  });

  it('is a directory by its path, and is shown without the token', () => {
    expect(['https://a/b/', directory, 'https://a/b?c=/', '/b/'].map(isDirectory)).toEqual([true, true, false, false]);
    expect(shownAddress('https://user:word@a.example/b/?sig=c')).toBe('https://a.example/b/');
  });
});
