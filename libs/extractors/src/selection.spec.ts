import { nothingExtracted, type Extractor, type FileSelector } from './extractor';
import { FileSelection } from './selection';

function extractor(id: string, files: readonly FileSelector[]): Extractor {
  return { id, revision: 1, reads: 'language', files, extract: () => Promise.resolve(nothingExtracted) };
}

const selection = new FileSelection([
  extractor('exact', [{ path: 'etc/os-release', maxBytes: 1 }]),
  extractor('children', [{ directory: 'var/lib/dpkg/info', suffix: '.list', maxBytes: 1 }]),
  extractor('names', [{ baseName: 'package.json', below: 'node_modules', maxBytes: 1 }]),
  extractor('anywhere', [{ baseName: 'Cargo.lock', maxBytes: 1 }]),
  extractor('endings', [{ suffix: '.jar', maxBytes: 1 }]),
  extractor('long-endings', [{ suffix: '.deps.json', maxBytes: 1 }]),
  extractor('shapes', [{ suffix: '.txt', prefix: 'requirements', below: 'app', maxBytes: 1 }]),
  extractor('programs', [{ program: true, maxBytes: 1 }]),
  extractor('zips', [{ zippedProgram: true, maxBytes: 1 }]),
]);

describe('FileSelection', () => {
  it.each([
    ['etc/os-release', ['exact']],
    ['usr/etc/os-release', []],
    ['var/lib/dpkg/info/libc6:amd64.list', ['children']],
    ['var/lib/dpkg/info/libc6:amd64.md5sums', []],
    ['var/lib/dpkg/info/deeper/x.list', []],
    ['node_modules/a/package.json', ['names']],
    ['srv/app/node_modules/a/package.json', ['names']],
    ['srv/app/package.json', []],
    ['srv/my_node_modules/a/package.json', []],
    ['Cargo.lock', ['anywhere']],
    ['src/a/Cargo.lock', ['anywhere']],
    ['opt/A.JAR', ['endings']],
    ['opt/.jar', ['endings']],
    ['opt/a.jar/b', []],
    ['opt/a.deps.json', ['long-endings']],
    ['opt/deps.json', []],
    ['app/requirements-dev.txt', ['shapes']],
    ['app/dev.txt', []],
    ['lib/requirements.txt', []],
    ['usr/bin/node', []],
  ])('knows who wants %s', (path, ids) => {
    expect(selection.of(path).map((by) => by.extractor.id)).toEqual(ids);
  });

  it('asks an extractor once for a file that it wants by its name and by its ending', () => {
    const twice = new FileSelection([
      extractor('twice', [
        { baseName: 'pylock.toml', maxBytes: 2 },
        { suffix: '.toml', prefix: 'pylock.', maxBytes: 1 },
      ]),
    ]);
    expect(twice.of('src/pylock.toml').map((by) => by.selector.maxBytes)).toEqual([2]);
  });

  it.each([
    ['srv/app/package-lock.json', ['locks']],
    ['srv/app/packages/gems/package-lock.json', ['locks']],
    ['srv/app/node_modules/a/package-lock.json', []],
    ['srv/app/node_modules/@a/b/package-lock.json', []],
    ['usr/lib/python3/dist-packages/a/package-lock.json', []],
    ['usr/local/lib/python3.12/site-packages/a/static/package-lock.json', []],
    ['usr/local/bundle/gems/rails-7.0.1/package-lock.json', []],
    ['root/go/pkg/mod/example.com/a@v1.0.0/package-lock.json', []],
    ['root/.cargo/registry/src/index-1/a-1.0.0/package-lock.json', []],
  ])('leaves a lock file to those who asked for what is in it: %s', (path, ids) => {
    const locks = new FileSelection([
      { ...extractor('locks', [{ baseName: 'package-lock.json', maxBytes: 1 }]), reads: 'lock' },
    ]);
    expect(locks.of(path).map((by) => by.extractor.id)).toEqual(ids);
  });

  it('knows who wants programs, and those that are zips', () => {
    expect(selection.programs.map((by) => by.extractor.id)).toEqual(['programs']);
    expect(selection.zippedPrograms.map((by) => by.extractor.id)).toEqual(['zips']);
  });
});
