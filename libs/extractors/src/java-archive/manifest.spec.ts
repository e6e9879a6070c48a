import { parseManifest } from './manifest';

describe('parseManifest', () => {
  it.each(['\r\n', '\n', '\r'])('joins continued lines and ends at the first empty one (line ends %j)', (end) => {
    const text = [
      'Manifest-Version: 1.0',
      'Bundle-SymbolicName: org.exam',
      ' ple.a',
      '',
      'Name: b/',
      'Bundle-Version: 9',
      '',
    ].join(end);
    expect([...parseManifest(Buffer.from(text))]).toEqual([
      ['manifest-version', '1.0'],
      ['bundle-symbolicname', 'org.example.a'],
    ]);
  });

  it('leaves out translations and quotes, and keeps the first of a name', () => {
    const text = 'Bundle-Name: %name\nImplementation-Version: "1.6"\nimplementation-version: 2\nno colon\n: x\n';
    expect([...parseManifest(Buffer.from(text))]).toEqual([['implementation-version', '1.6']]);
  });
});
