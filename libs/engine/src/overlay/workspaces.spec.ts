import { layered, type TarItem } from '@tidewaiter/testing';
import { readImage } from '../read-image';

/** Modules with what they require, then what stands in the files besides. */
async function found(...layers: (readonly TarItem[])[]): Promise<readonly string[]> {
  const [reading] = await readImage(layered(layers), { lockFiles: true });
  if (reading?.kind !== 'inventory') throw new Error('not read');
  return reading.inventory.packages.map(({ name, version, locations }) => `${name} ${version} ${locations.join()}`);
}

function goMod(path: string, name: string, rest: string): TarItem {
  return { path: `${path}/go.mod`, content: `module ${name}\n\ngo 1.22\n\n${rest}` };
}

const app = goMod(
  'src/app',
  'example.com/app',
  `require (
\texample.com/lib v0.0.0
\tgolang.org/x/text v0.3.7
\tgolang.org/x/mod v0.14.0
\tgithub.com/pkg/errors v0.9.1
\tgopkg.in/yaml.v2 v2.2.1
)
replace gopkg.in/yaml.v2 => gopkg.in/yaml.v2 v2.4.0
`,
);
const lib = goMod(
  'src/lib',
  'example.com/lib',
  'require (\n\tgolang.org/x/mod v0.17.0\n\tgopkg.in/yaml.v2 v2.2.4\n)\n',
);
const other = goMod('src/other', 'example.com/other', 'require golang.org/x/mod v0.8.0\n');
const work = {
  path: 'src/go.work',
  content: `go 1.22

use (
\t./app
\t./lib
)

replace golang.org/x/text v0.3.7 => golang.org/x/text v0.14.0

replace github.com/pkg/errors => ./forkdir
`,
};

describe('modules of a workspace', () => {
  it('are resolved together, as go list -m all does', async () => {
    const expected = [
      'golang.org/x/mod v0.17.0 src/lib/go.mod',
      'golang.org/x/mod v0.8.0 src/other/go.mod',
      'golang.org/x/text v0.14.0 src/app/go.mod',
      'gopkg.in/yaml.v2 v2.4.0 src/app/go.mod,src/lib/go.mod',
    ];
    expect(await found([app, lib, other, work])).toEqual(expected);
    expect(await found([app], [work], [other, lib])).toHaveLength(expected.length + 1);
  });

  it('are for themselves where there is none, or it is gone', async () => {
    const alone = await found([app, lib]);
    expect(alone).toContain('example.com/lib v0.0.0 src/app/go.mod');
    expect(alone).toContain('golang.org/x/mod v0.14.0 src/app/go.mod');
    expect(await found([app, lib, work], [{ path: 'src/.wh.go.work', content: '' }])).toEqual(alone);
  });

  it('may be missing', async () => {
    expect(await found([lib, work])).toEqual([
      'golang.org/x/mod v0.17.0 src/lib/go.mod',
      'gopkg.in/yaml.v2 v2.2.4 src/lib/go.mod',
    ]);
  });
});
