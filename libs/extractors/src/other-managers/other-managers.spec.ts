import { FileSelection } from '../selection';
import { extracted, namesIn } from '../spec-extraction';
import { otherManagers } from './other-managers';

describe('a package manager whose records are not read', () => {
  it.each([
    ['Nix', 'nix/var/nix/db/db.sqlite'],
    ['Guix', 'var/guix/db/db.sqlite'],
    ['Homebrew', 'home/linuxbrew/.linuxbrew/Homebrew/bin/brew'],
    ['vcpkg', 'src/app/vcpkg_installed/vcpkg/status'],
    ['vcpkg', 'opt/vcpkg/installed/vcpkg/status'],
    ['opam', 'home/opam/.opam/5.2/.opam-switch/switch-state'],
    ['Spack', 'opt/spack/opt/spack/.spack-db/index.json'],
  ])('is named: %s, by %s', async (name, path) => {
    expect(new FileSelection([otherManagers]).of(path)).toHaveLength(1);
    const { packages, problems } = await extracted(otherManagers, path, 'x');
    expect(packages).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['package-manager-unsupported']);
    expect(problems[0]?.message).toContain(` ${name}, `);
  });

  it.each(['app/vcpkg/lib/status', 'var/lib/dpkg/status', 'a/.spack-db/lock/index.json'])(
    'is not there because of %s',
    async (path) => {
      expect(await namesIn(otherManagers, path, 'x')).toEqual([]);
    },
  );

  it('says nothing where nothing was installed yet', async () => {
    expect(await namesIn(otherManagers, 'app/vcpkg_installed/vcpkg/status', '')).toEqual([]);
  });
});
