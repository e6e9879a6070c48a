import { spawnSync } from 'node:child_process';
import { describeWithPython } from '@tidewaiter/testing';
import { readRequirements } from './requirements';

/** Requirements that look alike and are not. */
const lines = [
  'a==1.0',
  'a.b-c_d == 1.0',
  'a[x,y]==1.0',
  'a [x] === 1.0-custom',
  "a==1.0; python_version < '3.8'",
  'a==1.0.post1.dev2',
  'a==1!2.0+local.3',
  'a (==1.0)',
  'a==1.*',
  'a>=1.0',
  'a~=1.0',
  'a!=1.0',
  'a',
  'a @ https://example.org/a.tar.gz',
  '-a==1.0',
  'a-==1.0',
];

const program = `
import json, sys
from packaging.requirements import Requirement, InvalidRequirement
out = []
for line in json.load(sys.stdin):
    try:
        r = Requirement(line)
    except InvalidRequirement:
        continue
    pins = [s for s in r.specifier if s.operator in ('==', '===') and not s.version.endswith('.*')]
    if pins:
        out.append([line, r.name, pins[0].version])
print(json.dumps(out))
`;

describeWithPython('packaging', 'pins as Python’s packaging reads them', (python) => {
  it('gives the same names and versions', () => {
    const { stdout } = spawnSync(python, ['-c', program], { input: JSON.stringify(lines), encoding: 'utf8' });
    const mine = lines.flatMap((line) => readRequirements(line).map(({ name, version }) => [line, name, version]));
    expect(mine).toHaveLength(8);
    expect(mine).toEqual(JSON.parse(stdout));
  });
});
