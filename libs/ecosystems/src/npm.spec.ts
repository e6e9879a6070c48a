import { npm } from './npm';

describe('npm', () => {
  it('is looked up and has its purl in lower case, and is shown as it is written', () => {
    const pkg = npm.identify({ name: '@Scope/Name', version: '1.0.0' });
    expect(pkg).toEqual({
      ecosystem: 'npm',
      name: '@Scope/Name',
      version: '1.0.0',
      purl: 'pkg:npm/%40scope/name@1.0.0',
    });
    expect(npm.lookupKeys(pkg)).toEqual([{ ecosystem: 'npm', name: '@scope/name' }]);
  });
});
