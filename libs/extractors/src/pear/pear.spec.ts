import { extracted } from '../spec-extraction';
import { pear } from './pear';

const path = 'usr/local/lib/php/.registry/archive_tar.reg';

async function read(content: string): Promise<unknown> {
  const { packages, problems } = await extracted(pear, path, content);
  return [...packages, ...problems.map((problem) => problem.code)];
}

/** Texts as PHP 8.2's `serialize` writes them. */
const two =
  'a:5:{s:4:"name";s:11:"Archive_Tar";s:7:"channel";s:12:"pear.php.net";s:7:"version";a:2:{s:7:"release";s:6:"1.4.14";s:3:"api";s:5:"1.4.0";}' +
  's:7:"license";a:2:{s:7:"attribs";a:1:{s:3:"uri";s:5:"http:";}s:8:"_content";s:15:"New BSD License";}s:8:"filelist";a:0:{}}';

describe('a package registered by PEAR', () => {
  it('in the form of package.xml 2.0', async () => {
    expect(await read(two)).toEqual([{ name: 'pear/Archive_Tar', version: '1.4.14', licenses: ['New BSD License'] }]);
  });

  it('in the form of package.xml 1.0', async () => {
    const one =
      'a:4:{s:7:"package";s:11:"Archive_Tar";s:7:"version";s:5:"1.3.2";s:7:"license";s:3:"PHP";s:5:"dates";a:3:{i:0;i:-5;i:1;d:1.5;i:2;N;}}';
    expect(await read(one)).toEqual([{ name: 'pear/Archive_Tar', version: '1.3.2', licenses: ['PHP'] }]);
  });

  it('that is an extension', async () => {
    const text =
      'a:4:{s:7:"summary";s:7:"é „x";s:4:"name";s:6:"xdebug";s:7:"channel";s:12:"pecl.php.net";s:7:"version";a:1:{s:7:"release";s:5:"3.2.1";}}';
    // The summary has 4 characters and 7 bytes.
    expect(await read(text)).toEqual([{ name: 'pecl/xdebug', version: '3.2.1' }]);
  });

  it.each([
    ['cut off', two.slice(0, -2)],
    ['without a version', 'a:1:{s:4:"name";s:1:"a";}'],
    ['an object', 'O:8:"stdClass":1:{s:4:"name";s:1:"a";}'],
    ['a text that is shorter than it says', 'a:1:{s:4:"name";s:999999999:"a";}'],
    ['a length that is none', 'a:1:{s:4:"name";s:-1:"a";}'],
    ['more entries than there are', 'a:999999999:{s:4:"name";s:1:"a";}'],
    ['nested without end', 'a:1:{i:0;'.repeat(100_000)],
  ])('that is %s is a problem', async (_what, text) => {
    expect(await read(text)).toEqual(['pear-registration-unreadable']);
  });
});
