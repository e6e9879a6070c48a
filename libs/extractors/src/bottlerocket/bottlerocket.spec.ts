import { extracted } from '../spec-extraction';
import { bottlerocket } from './bottlerocket';

const path = 'usr/share/bottlerocket/application-inventory.json';

function entry(fields: Readonly<Record<string, string>>) {
  return { Publisher: 'Bottlerocket', InstalledTime: '2024-06-01T00:00:00Z', Url: '', Summary: '', ...fields };
}

describe('bottlerocket', () => {
  it('reads the rpms of the build', async () => {
    const content = JSON.stringify({
      Content: [
        entry({
          Name: 'glibc',
          Version: '2.39',
          Release: '1.1718000000.abcdef.br1',
          Epoch: '0',
          Architecture: 'x86_64',
        }),
        entry({ Name: 'containerd-1.7', Version: '1.7.17', Release: '1.br1', Epoch: '1', Architecture: 'x86_64' }),
        entry({ Name: 'bottlerocket-metadata', Version: '1.20.0', Release: '1.br1' }),
      ],
    });
    expect(await extracted(bottlerocket, path, content)).toEqual({
      packages: [
        { name: 'glibc', version: '2.39-1.1718000000.abcdef.br1', architecture: 'x86_64', isDistroMaintained: true },
        { name: 'containerd-1.7', version: '1:1.7.17-1.br1', architecture: 'x86_64', isDistroMaintained: true },
        { name: 'bottlerocket-metadata', version: '1.20.0-1.br1', isDistroMaintained: true },
      ],
      problems: [],
    });
  });

  it.each(['', '[]', '{"Content": {}}', '{"Content": [{"Name": "x"}]}'])('%j is a problem', async (content) => {
    const { packages, problems } = await extracted(bottlerocket, path, content);
    expect(packages).toEqual([]);
    expect(problems).toEqual([expect.objectContaining({ code: 'bottlerocket-inventory-unreadable', path })]);
  });
});
