import { extracted } from '../spec-extraction';
import { rLock } from './r-lock';

async function read(content: unknown): Promise<unknown> {
  const { packages, problems } = await extracted(rLock, 'srv/renv.lock', JSON.stringify(content));
  return [...packages, ...problems.map((problem) => problem.code)];
}

const interpreter = { Version: '4.4.1', Repositories: [{ Name: 'CRAN', URL: 'https://cloud.r-project.org' }] };

describe('renv.lock', () => {
  it('names packages wherever they came from', async () => {
    const packages = {
      jsonlite: { Package: 'jsonlite', Version: '1.8-4', Source: 'Repository', Repository: 'CRAN', Hash: 'a4' },
      mime: { Package: 'mime', Version: '0.12.1', Source: 'Repository', Repository: 'RSPM', Requirements: ['tools'] },
      skeleton: { Package: 'skeleton', Version: '1.1.0', Source: 'GitHub', RemoteType: 'github', RemoteSha: 'e4aafb' },
      BiocGenerics: { Package: 'BiocGenerics', Version: '0.50.0', Source: 'Bioconductor' },
    };
    expect(await read({ R: interpreter, Bioconductor: { Version: '3.19' }, Packages: packages })).toEqual([
      { name: 'jsonlite', version: '1.8-4' },
      { name: 'mime', version: '0.12.1' },
      { name: 'skeleton', version: '1.1.0' },
      { name: 'BiocGenerics', version: '0.50.0' },
    ]);
  });

  it('may have all fields of a DESCRIPTION', async () => {
    const R6 = { Package: 'R6', Version: '2.6.1', 'Authors@R': 'person("A", "B")', Imports: ['utils'], License: 'MIT' };
    expect(await read({ R: interpreter, Packages: { R6 } })).toEqual([{ name: 'R6', version: '2.6.1' }]);
  });

  it('may name nothing', async () => {
    expect(await read({ R: interpreter, Packages: {} })).toEqual([]);
  });

  it.each([[{}], [[]], [null], [{ R: interpreter, Packages: { x: { Package: 'x' } } }], [{ Packages: {} }]])(
    'that is %j is a problem',
    async (content) => {
      expect(await read(content)).toEqual(['lock-unreadable']);
    },
  );

  it('leaves out what has no name, and says so', async () => {
    const packages = { '': { Package: '', Version: '1' }, a: { Package: 'a', Version: '1' } };
    expect(await read({ R: interpreter, Packages: packages })).toEqual([
      { name: 'a', version: '1' },
      'lock-entry-invalid',
    ]);
  });
});
