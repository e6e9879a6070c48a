import { extracted, namesIn } from '../spec-extraction';
import { goMod } from './go-mod';

const read = (content: string) => namesIn(goMod, 'src/go.mod', content);

describe('go.mod', () => {
  it('names what is required, in lines and in blocks', async () => {
    const content = `module example.com/app // ours

go 1.21
toolchain go1.22.1

require example.com/one v1.2.3
require (
\texample.com/two/v2 v2.0.0+incompatible // indirect
\t"example.com/three" v0.0.0-20240101000000-abcdefabcdef
)
exclude example.com/one v1.2.2
retract v0.1.0
`;
    expect(await read(content)).toEqual([
      'example.com/one@v1.2.3',
      'example.com/two/v2@v2.0.0+incompatible',
      'example.com/three@v0.0.0-20240101000000-abcdefabcdef',
    ]);
  });

  it('takes a parenthesis that no blank parts from its word', async () => {
    expect(await read('module m\nrequire(\n\ta.example/a v1.0.0\n)\nrequire a.example/b v1.0.0\n')).toEqual([
      'a.example/a@v1.0.0',
      'a.example/b@v1.0.0',
    ]);
  });

  it('counts what replaces a module, and nothing for a directory', async () => {
    const content = `module m
require (
  a.example/a v1.0.0
  a.example/b v1.0.0
  a.example/c v1.0.0
)
replace a.example/a => fork.example/a v1.0.1
replace a.example/b v1.0.0 => ../b
replace a.example/c v0.9.0 => fork.example/c v2.0.0
`;
    expect(await read(content)).toEqual(['fork.example/a@v1.0.1', 'a.example/c@v1.0.0']);
  });

  it('says what a workspace needs to know of it', async () => {
    const content = 'module m\nreplace a.example/a v1 => b.example/b v2\nreplace c.example/c => ../c\n';
    expect((await extracted(goMod, 'go.mod', content)).module).toEqual({
      name: 'm',
      replacements: [{ of: 'a.example/a v1', by: { name: 'b.example/b', version: 'v2' } }, { of: 'c.example/c' }],
    });
  });

  it.each(['require (\n\ta.example/a v1.0.0\n', 'require (\n\ta.example/a v1.0.0\n\tb.exam\n)\n'])(
    'that is cut off is read as far as it goes, and says so: %j',
    async (content) => {
      expect(await read(`module m\n${content}`)).toEqual(['a.example/a@v1.0.0', 'lock-entry-invalid']);
    },
  );

  it.each(['', 'require a v1', '{}'])('that is %j is a problem', async (content) => {
    expect(await read(content)).toEqual(['lock-unreadable']);
  });
});

describe('go.work', () => {
  it('names its members and what is replaced for them, and no packages', async () => {
    const content =
      'go 1.22\nuse ./app // ours\nuse (\n\t.\n\t"../lib"\n\t/abs\n)\nreplace a.example/a => b.example/b v2\n';
    expect(await extracted(goMod, 'src/w/go.work', content)).toEqual({
      packages: [],
      problems: [],
      module: {
        members: ['src/w/app/go.mod', 'src/w/go.mod', 'src/lib/go.mod', 'abs/go.mod'],
        replacements: [{ of: 'a.example/a', by: { name: 'b.example/b', version: 'v2' } }],
      },
    });
  });

  it.each(['', '{}'])('that is %j is a problem', async (content) => {
    expect(await namesIn(goMod, 'go.work', content)).toEqual(['lock-unreadable']);
  });
});
