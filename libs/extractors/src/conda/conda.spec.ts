import { defaultExtractLimits, layerFileOf } from '../extractor';
import { conda } from './conda';

const record = {
  name: 'requests',
  version: '2.31.0',
  build: 'py311h06a4308_0',
  build_number: 0,
  channel: 'https://conda.anaconda.org/conda-forge/linux-64',
  subdir: 'linux-64',
  license: 'Apache-2.0',
  files: [
    'lib/python3.11/site-packages/requests-2.31.0.dist-info/METADATA',
    'bin/tool',
    'share/doc/a',
    '../../etc/passwd',
  ],
};

async function read(path: string, content: unknown): Promise<unknown> {
  const context = { wantsOwner: (name: string) => !name.includes('/doc/'), limits: defaultExtractLimits };
  return conda.extract(layerFileOf(path, Buffer.from(JSON.stringify(content))), context);
}

const path = 'opt/conda/envs/app/conda-meta/requests-2.31.0-py311h06a4308_0.json';

describe('conda’s record of a package', () => {
  it('has name, version, licence, where it came from, and its files', async () => {
    expect(await read(path, record)).toEqual({
      packages: [
        {
          name: 'requests',
          version: '2.31.0',
          licenses: ['Apache-2.0'],
          purlQualifiers: { build: 'py311h06a4308_0', channel: 'conda-forge', subdir: 'linux-64' },
        },
      ],
      ownedFiles: [
        {
          statedIn: path,
          paths: [
            'opt/conda/envs/app/lib/python3.11/site-packages/requests-2.31.0.dist-info/METADATA',
            'opt/conda/envs/app/bin/tool',
            'opt/conda/etc/passwd',
          ],
        },
      ],
      problems: [],
    });
  });

  it('may say less, in an environment at the root', async () => {
    expect(await read('conda-meta/a.json', { name: 'a', version: '1', channel: 'defaults' })).toEqual({
      packages: [{ name: 'a', version: '1', purlQualifiers: { channel: 'defaults' } }],
      problems: [],
    });
  });

  it.each([[{}], [{ name: 'a' }], [null], [[]]])('that is %j is a problem', async (content) => {
    expect(await read(path, content)).toMatchObject({ packages: [], problems: [{ code: 'conda-record-invalid' }] });
  });

  it('below the directory is something else', async () => {
    expect(await read('opt/conda/conda-meta/x/y.json', record)).toEqual({ packages: [], problems: [] });
  });
});
