import { parseAllDocuments } from 'yaml';
import { isMap, readPlainYaml, type PlainYaml } from './plain-yaml';

function plain(value: PlainYaml): unknown {
  if (typeof value === 'string') return value;
  if (isMap(value)) return Object.fromEntries([...value].map(([key, entry]) => [key, plain(entry)]));
  return value.map(plain);
}

function read(text: string): unknown {
  return readPlainYaml(text)?.map(plain);
}

/** What a whole YAML reader makes of it when every scalar is a text. */
function expected(text: string): unknown {
  const documents = parseAllDocuments(text, { schema: 'failsafe' });
  return [documents].flat().map((document): unknown => document.toJS());
}

const longKey = `"${'a@npm:^1, '.repeat(150)}b@npm:^1"`;

describe('YAML as package managers write it', () => {
  it.each([
    "a: 1.10\nb: \"1.0\"\nc: 'it''s'\nd: true\n",
    'a:\n  b:\n    c: d\n  e: f\ng: h\n',
    '/@scope/name@1.0.0(peer@2.0.0):\n  resolution: {integrity: sha512-a+b/c==, tarball: https://host/a.tgz}\n  engines: {node: \'>=6\', npm: "x"}\n',
    "cpu: [x64, arm64]\nos: ['!win32']\nempty: {}\nnone: []\nnested: {a: [b, {c: d}], e: {}}\n",
    'list:\n- a\n- b\nmore:\n  - c\n  - d: e\n    f: g\n  - - h\n    - i\nz: y\n',
    '- a\n- b: c\n-\n  d: e\n',
    '---\na: b\n---\nc: d\n',
    '# comment\na: b # comment\nb: "c # d" # comment\nc: d#e\nurl: https://host/path#hash\n',
    'a: b\r\nc:\r\n  d: e\r\n',
    '"a@npm:^1, b@npm:^1":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n',
    `? ${longKey}\n:\n  version: 1.0.0\nb:\n  version: 2.0.0\n`,
    `? ${longKey}\n: version: 1.0.0\n  other: 2.0.0\nb:\n  version: 2.0.0\n`,
    'a: "tab\\tquote\\" \\u00e9"\n',
    'a:\n\n  b: c\n\n\n  d: e\n',
    "'quoted: key': value\nplain key: another value\n",
    '__proto__: a\nconstructor: b\n',
  ])('reads %j like a whole reader', (text) => {
    expect(expected(text)).toBeDefined();
    expect(read(text)).toEqual(expected(text));
  });

  it('reads messages in block form as empty', () => {
    expect(read('a:\n  deprecated: >-\n    some text:\n\n      more\n  b: c\nd: |\n  text\n')).toEqual([
      { a: { deprecated: '', b: 'c' }, d: '' },
    ]);
  });

  it.each([
    ['an alias', 'a: &x b\nc: *x\n'],
    ['a tag', 'a: !!int 1\n'],
    ['a merge of many aliases', 'a: &a [x]\nb: &b [*a, *a]\n'],
    ['a tab as indentation', 'a:\n\tb: c\n'],
    ['a flow collection that does not end', 'a: [b, c\n'],
    ['a flow collection with something after it', 'a: {b: c} d\n'],
    ['a quote that does not end', 'a: "b\n'],
    ['an escape of YAML alone', 'a: "\\x41"\n'],
    ['wrong indentation', 'a: b\n  c: d\n'],
    ['text and then a mapping', 'a\nb: c\n'],
    ['a directive', '%YAML 1.2\n---\na: b\n'],
    ['flow collections within one another without end', `a: ${'['.repeat(100_000)}\n`],
    ['sequences within one another without end', `${'- '.repeat(100_000)}a\n`],
    [
      'mappings within one another without end',
      Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ],
  ])('refuses %s', (_what, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it('reads a lock file of megabytes in linear time', () => {
    const entry = (at: number): string =>
      `\n  /package-${at}@1.0.${at}:\n    resolution: {integrity: sha512-${'a'.repeat(80)}}\n    dev: true\n`;
    const text = `packages:\n${Array.from({ length: 20_000 }, (_, at) => entry(at)).join('')}`;
    const start = process.cpuUsage();
    expect(readPlainYaml(text)).toHaveLength(1);
    // Processor time: a busy machine is no fault of the reader. It takes a tenth of this.
    expect(process.cpuUsage(start).user).toBeLessThan(3_000_000);
  });
});
