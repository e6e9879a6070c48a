import { addressBelow, isDirectory, shownAddress } from './address';

// https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas: the token is the query of every address.
const directory = 'https://account.blob.core.windows.net/feeds/npm/?sv=2024-11-04&sr=c&sig=a%2Bb%3D';

describe('an address with a token', () => {
  it('gives it to every file below', () => {
    expect(addressBelow(directory, 'GHSA%3A1.json')).toBe(
      'https://account.blob.core.windows.net/feeds/npm/GHSA%3A1.json?sv=2024-11-04&sr=c&sig=a%2Bb%3D',
    );
    expect(addressBelow('https://osv.example/npm/', 'all.zip')).toBe('https://osv.example/npm/all.zip');
  });

  it('is a directory by its path, and is shown without the token', () => {
    expect(['https://a/b/', directory, 'https://a/b?c=/', '/b/'].map(isDirectory)).toEqual([true, true, false, false]);
    expect(shownAddress('https://user:word@a.example/b/?sig=c')).toBe('https://a.example/b/');
  });
});
