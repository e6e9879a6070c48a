import { extracted, namesIn } from '../spec-extraction';
import { wordpressTheme } from './wordpress-theme';

const header = `@charset "UTF-8";
/*
Theme Name: Fabled Sunset
Theme URI: https://example.com/fabled-sunset
Author: Your Name
Version: 1.0.3
License: GNU General Public License v2 or later
*/
`;

describe('a theme of WordPress', () => {
  it('is named by its directory', async () => {
    const path = 'var/www/html/wp-content/themes/fabled-sunset/style.css';
    expect(await extracted(wordpressTheme, path, header)).toMatchObject({
      packages: [{ name: 'fabled-sunset', version: '1.0.3' }],
      ownedFiles: [{ statedIn: path, directories: ['var/www/html/wp-content/themes/fabled-sunset'] }],
    });
  });

  it('may lie in a directory of several', async () => {
    expect(await namesIn(wordpressTheme, 'wp-content/themes/acme/dark/style.css', header)).toEqual(['dark@1.0.3']);
  });

  it('is no other style sheet', async () => {
    const plain = '/* Version: 2 */\nbody { color: red }\n';
    expect(await namesIn(wordpressTheme, 'wp-content/themes/a/style.css', plain)).toEqual([]);
    expect(await namesIn(wordpressTheme, 'wp-content/themes/a/assets/css/style.css', header)).toEqual([]);
    expect(await namesIn(wordpressTheme, 'wp-content/themes/style.css', header)).toEqual([]);
  });

  it('without a version is a problem', async () => {
    const unversioned = header.replace('Version', 'Revision');
    expect(await namesIn(wordpressTheme, 'wp-content/themes/a/style.css', unversioned)).toEqual([
      'wordpress-theme-version-missing',
    ]);
  });
});
