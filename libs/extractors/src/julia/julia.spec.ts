import { extracted, namesIn } from '../spec-extraction';
import { julia } from './julia';

const uuid = '458c3c95-2e84-50aa-8efc-19380b2a3a95';
const project = `name = "OpenSSL_jll"
uuid = "${uuid}"
version = "3.0.15+1"

[deps]
Artifacts = "56f22d72-fd6d-98f1-02f0-08ddc0907c33"

[compat]
julia = "1.6"
`;

describe('a package of Julia', () => {
  it.each([
    'root/.julia/packages/OpenSSL_jll/Bwu5v/Project.toml',
    'opt/depot/packages/OpenSSL_jll/Bwu5v/JuliaProject.toml',
    'usr/local/julia/share/julia/stdlib/v1.11/OpenSSL_jll/Project.toml',
  ])('%s says what it is', async (path) => {
    const { packages, ownedFiles } = await extracted(julia, path, project);
    expect(packages).toEqual([{ name: 'OpenSSL_jll', version: '3.0.15+1', purlQualifiers: { uuid } }]);
    expect(ownedFiles).toEqual([{ statedIn: path, paths: [], directories: [path.replace(/\/[^/]+$/, '')] }]);
  });

  it.each([
    'app/Project.toml',
    'root/.julia/environments/v1.11/Project.toml',
    'root/.julia/packages/OpenSSL_jll/Bwu5v/test/Project.toml',
    'srv/packages/other/Bwu5v/Project.toml',
    'srv/packages/OpenSSL_jll/a-long-name/Project.toml',
  ])('%s is none', async (path) => {
    expect(await namesIn(julia, path, project)).toEqual([]);
  });

  it.each(['', 'name = "OpenSSL_jll"\n', project.replace(/^version.*$/m, ''), project.replace(uuid, 'x'), '= ='])(
    'that says %j is part of something else',
    async (text) => {
      expect(await namesIn(julia, 'stdlib/v1.11/OpenSSL_jll/Project.toml', text)).toEqual([]);
    },
  );
});
