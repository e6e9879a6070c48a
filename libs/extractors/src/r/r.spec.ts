import { extracted, namesIn } from '../spec-extraction';
import { r } from './r';

const path = 'usr/lib/R/site-library/jsonlite/DESCRIPTION';
const installed = `Package: jsonlite
Version: 1.8-4
Title: A Simple and Robust JSON Parser and Generator
License: MIT + file LICENSE
Authors@R: c(
    person("A", "B"))
Built: R 4.2.2; x86_64-pc-linux-gnu; 2022-12-07 03:12:14 UTC; unix
`;

describe('DESCRIPTION', () => {
  it('of an installed package names it', async () => {
    expect(await extracted(r, path, installed)).toEqual({
      packages: [{ name: 'jsonlite', version: '1.8-4', licenses: ['MIT + file LICENSE'] }],
      ownedFiles: [{ statedIn: path, paths: [], directories: ['usr/lib/R/site-library/jsonlite'] }],
      problems: [],
    });
  });

  it('of an installed package without a readable name or version is a problem', async () => {
    for (const damaged of [
      installed.replace(/^Version.*\n/m, ''),
      installed.replace('Package: jsonlite', 'Package:'),
    ]) {
      expect(await namesIn(r, path, damaged)).toEqual(['r-description-incomplete']);
    }
  });

  it('of a source, of R itself, or of anything else names nothing', async () => {
    expect(await namesIn(r, path, installed.replace(/^Built.*\n/m, ''))).toEqual([]);
    expect(await namesIn(r, path, `Priority: base\n${installed}`)).toEqual([]);
    expect(await namesIn(r, 'srv/DESCRIPTION', 'A description of the service.\n')).toEqual([]);
  });
});
