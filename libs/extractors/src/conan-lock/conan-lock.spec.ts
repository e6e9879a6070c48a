import { extracted, namesIn } from '../spec-extraction';
import { conanLock } from './conan-lock';

describe('conan.lock', () => {
  it('of Conan 2 lists references, tools among them', async () => {
    const lock = {
      version: '0.5',
      requires: ['zlib/1.2.11#4524fcdd41f33e8df88ece6e755a5dcc%1650538915.154', 'openssl/3.0.5@acme/stable'],
      build_requires: ['cmake/3.22.6#f305'],
      python_requires: [],
    };
    expect((await extracted(conanLock, 'conan.lock', JSON.stringify(lock))).packages).toEqual([
      { name: 'zlib', version: '1.2.11' },
      { name: 'openssl', version: '3.0.5', purlQualifiers: { user: 'acme', channel: 'stable' } },
      { name: 'cmake', version: '3.22.6', isDevelopment: true },
    ]);
  });

  it.each([
    { ref: 'app', requires: ['1'] },
    { ref: 'app/0.1', path: '../conanfile.py', requires: ['1'] },
  ])('of Conan 1 is a graph whose first node, %j, is the project', async (project) => {
    const lock = {
      graph_lock: { nodes: { 0: project, 1: { ref: 'fmt/8.0.1#0', requires: [] }, 2: {} } },
      version: '0.4',
    };
    expect(await namesIn(conanLock, 'conan.lock', JSON.stringify(lock))).toEqual(['fmt@8.0.1']);
  });

  it.each(['', '{}', '[]', '{"requires":1,"version":"0.5"}'])('that is %j is a problem', async (content) => {
    expect(await namesIn(conanLock, 'conan.lock', content)).toEqual(['lock-unreadable']);
  });
});
