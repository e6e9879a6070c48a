import { FileSelection } from '../selection';
import { extracted, namesIn } from '../spec-extraction';
import { bitnamiComponents } from './bitnami-components';

const path = 'opt/bitnami/.bitnami_components.json';
const redis = { arch: 'amd64', distro: 'debian-11', type: 'NAMI', version: '7.0.5-1' };

it('reads every component with its qualifiers, each with the directory of its name', async () => {
  const list = { redis, gosu: { version: '1.14.0-155' } };
  expect(await extracted(bitnamiComponents, path, JSON.stringify(list))).toEqual({
    packages: [
      { name: 'redis', version: '7.0.5-1', purlQualifiers: { arch: 'amd64', distro: 'debian-11' } },
      { name: 'gosu', version: '1.14.0-155' },
    ],
    ownedFiles: [
      { name: 'redis', paths: [], directories: ['opt/bitnami/redis'] },
      { name: 'gosu', paths: [], directories: ['opt/bitnami/gosu'] },
    ],
    problems: [],
  });
});

it.each([
  ['no JSON', '{"redis":'],
  ['a list', '[]'],
  ['a text', '"redis"'],
])('is a problem as %s', async (_what, content) => {
  expect(await namesIn(bitnamiComponents, path, content)).toEqual(['bitnami-components-invalid']);
});

it.each([
  ['without a version', { nginx: { arch: 'amd64' } }],
  ['with an empty version', { nginx: { version: '' } }],
  ['that is nothing', { nginx: null }],
  ['with a name that leads elsewhere', { '../nginx': { version: '1.23.0-0' } }],
  ['without a name', { '': { version: '1.23.0-0' } }],
])('is a problem, beside the others, for a component %s', async (_what, more) => {
  const names = await namesIn(bitnamiComponents, path, JSON.stringify({ redis, ...more }));
  expect(names).toEqual(['redis@7.0.5-1', 'bitnami-component-invalid']);
});

it('passes over qualifiers that are none', async () => {
  const list = { redis: { ...redis, arch: 7, distro: '' } };
  expect((await extracted(bitnamiComponents, path, JSON.stringify(list))).packages).toEqual([
    { name: 'redis', version: '7.0.5-1' },
  ]);
});

it.each([
  [path, 1],
  ['srv/.bitnami_components.json', 0],
])('of %s it reads %d', (file, count) => {
  expect(new FileSelection([bitnamiComponents]).of(file)).toHaveLength(count);
});
