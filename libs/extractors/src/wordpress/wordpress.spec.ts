import { extracted, namesIn } from '../spec-extraction';
import { wordpress } from './wordpress';

const header = `<?php
/**
 * Plugin Name:       Contact Form
 * Version:           5.3.1
 */
`;

describe('a plugin of WordPress', () => {
  it('is named by its directory', async () => {
    const path = 'var/www/html/wp-content/plugins/contact-form-7/wp-contact-form-7.php';
    expect(await extracted(wordpress, path, header)).toMatchObject({
      packages: [{ name: 'contact-form-7', version: '5.3.1' }],
      ownedFiles: [{ statedIn: path, directories: ['var/www/html/wp-content/plugins/contact-form-7'] }],
    });
  });

  it('may be a single file', async () => {
    const oneLine = '<?php /* Plugin Name: Hello\nVersion: 1.7.2 */';
    expect(await namesIn(wordpress, 'wp-content/plugins/hello.php', oneLine)).toEqual(['hello@1.7.2']);
  });

  it('is no other file of a plugin', async () => {
    expect(await namesIn(wordpress, 'wp-content/plugins/a/inc/b.php', header)).toEqual([]);
    expect(await namesIn(wordpress, 'wp-content/plugins/a/b.php', '<?php\necho 1;\n// Version: 2\n')).toEqual([]);
  });

  it('without a version is a problem', async () => {
    expect(await namesIn(wordpress, 'wp-content/plugins/a/a.php', '<?php /* Plugin Name: A */')).toEqual([
      'wordpress-plugin-version-missing',
    ]);
  });
});
