import { parseProperties } from './properties';

function parsed(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(parseProperties(Buffer.from(text, 'latin1')));
}

/** What `java.util.Properties.load` of OpenJDK 17 and 25 gives. */
describe('a .properties file', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['groupId=org.example\r\nversion: 1.0\rartifactId a', { groupId: 'org.example', version: '1.0', artifactId: 'a' }],
    ['groupId: org.exa\\u006dple', { groupId: 'org.example' }],
    ['group\\u0049d=org.example', { groupId: 'org.example' }],
    ['path=c\\:\\\\x\\=y\\ z', { path: 'c:\\x=y z' }],
    ['a\\ b\\=c\\:d=1', { 'a b=c:d': '1' }],
    ['a=1\\t2\\n3\\r4\\f5\\q', { a: '1\t2\n3\r4\f5q' }],
    ['version=1.\\\n    0\\\r\n\t.2\nb=2', { version: '1.0.2', b: '2' }],
    ['a=1\\\n#2\nb=3\\', { a: '1#2', b: '3' }],
    ['a=1\\\n\nb=2', { a: '1', b: '2' }],
    ['a=1\\\\\nb=2', { a: '1\\', b: '2' }],
    ['# a=1\\\nb=2\n  ! c=3\n\n \t\nd=4', { b: '2', d: '4' }],
    ['a==1\nb=:2\nc  =  3\nd : = 4', { a: '=1', b: ':2', c: '3', d: '= 4' }],
    ['a\nb=\n=c', { a: '', b: '', '': 'c' }],
    ['a=1\na=2', { a: '2' }],
    ['a=\u00e9\\u20ac', { a: '\u00e9\u20ac' }],
  ])('%j', (text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it('has what is no escape as it stands, where Java reads nothing at all', () => {
    expect(parsed('a=\\u00zz\nb=2')).toEqual({ a: 'u00zz', b: '2' });
  });
});
