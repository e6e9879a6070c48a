import { deflateRawSync } from 'node:zlib';
import { namesIn } from '../spec-extraction';
import { phar } from './phar';

interface Plan {
  readonly name: string;
  readonly content: string;
  readonly flags?: number;
  readonly metadata?: string;
  readonly sizeBytes?: number;
}

const stub = "#!/usr/bin/env php\n<?php require 'phar://x/bin/x'; __HALT_COMPILER(); ?>\r\n";

function pharBytes(plans: readonly Plan[], begin = stub): Buffer {
  const stored = plans.map(({ content, flags = 0 }) =>
    (flags & 0x1000) === 0 ? Buffer.from(content) : deflateRawSync(content),
  );
  const rows = plans.map(({ name, content, flags = 0o644, metadata = '', sizeBytes = content.length }, index) =>
    Buffer.concat([
      counted(name),
      ...[sizeBytes, 0, stored[index]?.length ?? 0, 0, flags].map(word),
      counted(metadata),
    ]),
  );
  const head = [word(plans.length), Buffer.from([0x11, 0]), word(0x10000), counted('x.phar'), counted('a:0:{}')];
  const manifest = Buffer.concat([...head, ...rows]);
  return Buffer.concat([Buffer.from(begin), word(manifest.length), manifest, ...stored]);
}

function counted(text: string): Buffer {
  return Buffer.concat([word(Buffer.byteLength(text)), Buffer.from(text)]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function read(content: Buffer, path = 'usr/local/bin/tool.phar'): Promise<readonly string[]> {
  return namesIn(phar, path, content);
}

const json = '{"packages":[{"name":"psr/log","version":"3.0.2"},{"name":"symfony/console","version":"v6.4.1"}]}';
const php = `<?php return array(
'root' => array(
'name' => 'acme/tool',
'pretty_version' => 'dev-master',
'version' => 'dev-master',
'install_path' => __DIR__ . '/../../',
),
'versions' => array(
'acme/tool' => array(
'pretty_version' => 'dev-master',
'aliases' => array(),
),
    'psr/log' => array(
        'pretty_version' => '1.1.4',
        'version' => '1.1.4.0',
        'aliases' => array(),
        'dev_requirement' => false,
    ),
'psr/log-implementation' => array(
'dev_requirement' => false,
'provided' => array(
0 => '1.0|2.0',
),
),
'symfony/process' => array(
'pretty_version' => 'v5.4.51',
),
),
);
`;

describe('archives of PHP', () => {
  it.each<[string, readonly Plan[], readonly string[]]>([
    [
      'packages by installed.json, though installed.php stands beside it',
      [
        { name: 'vendor/composer/installed.php', content: php },
        { name: 'vendor/composer/installed.json', content: json, metadata: 's:1:"x";' },
      ],
      ['psr/log@3.0.2', 'symfony/console@v6.4.1'],
    ],
    [
      'packages by installed.php, without the project on its branch and what is only provided',
      [
        { name: 'vendor/', content: '' },
        { name: 'vendor/composer/installed.php', content: php },
      ],
      ['psr/log@1.1.4', 'symfony/process@v5.4.51'],
    ],
    [
      'a project that has a version',
      [{ name: 'vendor/composer/installed.php', content: php.replaceAll('dev-master', 'v2.0.0') }],
      ['acme/tool@v2.0.0', 'psr/log@1.1.4', 'symfony/process@v5.4.51'],
    ],
    [
      'deflated files',
      [
        { name: 'bin/x', content: 'x'.repeat(500), flags: 0x1000 },
        { name: 'vendor/composer/installed.json', content: json, flags: 0x1000 },
      ],
      ['psr/log@3.0.2', 'symfony/console@v6.4.1'],
    ],
    [
      'Composer',
      [
        {
          name: 'src/Composer/Composer.php',
          content:
            "* const VERSION = '1.8.2';\n*/\npublic const VERSION = '2.5.5';\npublic const RUNTIME_API_VERSION = '2.2.2';\n",
        },
      ],
      ['composer/composer@2.5.5'],
    ],
    [
      'Composer of no release',
      [{ name: 'src/Composer/Composer.php', content: "public const VERSION = '@package_version@';\n" }],
      ['phar-invalid'],
    ],
    [
      'a list in PHP of another form',
      [{ name: 'vendor/composer/installed.php', content: "<?php return ['versions' => ['psr/log' => []]];" }],
      ['phar-invalid'],
    ],
    ['none', [{ name: 'bin/x', content: '<?php echo 1;' }], []],
    ['bzip2', [{ name: 'vendor/composer/installed.json', content: json, flags: 0x2000 }], ['phar-invalid']],
    [
      'a list that is none',
      [{ name: 'vendor/composer/installed.json', content: '{}' }],
      ['composer-installed-invalid'],
    ],
    [
      'a file that is larger than it says',
      [{ name: 'vendor/composer/installed.json', content: ' '.repeat(100_000), flags: 0x1000, sizeBytes: 10 }],
      ['phar-invalid'],
    ],
  ])('%s', async (_what, plans, expected) => {
    expect(await read(pharBytes(plans))).toEqual(expected);
  });

  it.each([' ?>\r\n', ' ?>\n', '\n?>\n', ' ?>', ''])('whose stub ends with %j', async (end) => {
    const bytes = pharBytes(
      [{ name: 'vendor/composer/installed.json', content: json }],
      `<?php __HALT_COMPILER();${end}`,
    );
    expect(await read(bytes, 'usr/bin/composer')).toEqual(['psr/log@3.0.2', 'symfony/console@v6.4.1']);
  });

  it.each([
    ['another program', Buffer.from('#!/bin/sh\necho composer\n')],
    ['a program in PHP', Buffer.from("#!/usr/bin/env php\n<?php require '/usr/share/php/Composer/autoload.php';")],
  ])('does not take %s for one', async (_what, bytes) => {
    expect(await read(bytes, 'usr/bin/composer')).toEqual([]);
  });

  it('names what is cut off, wherever', async () => {
    const whole = pharBytes([{ name: 'vendor/composer/installed.json', content: json }]);
    for (let length = stub.length + 4; length < whole.length; length++) {
      expect(await read(whole.subarray(0, length))).toEqual(['phar-invalid']);
    }
  });

  it.each([
    ['files', Buffer.concat([word(18), word(0xffff_ffff), Buffer.alloc(14)])],
    ['bytes of a name', Buffer.concat([word(22), word(1), Buffer.alloc(14), word(0xffff_fff0)])],
    ['bytes of the list', Buffer.concat([word(0xffff_ffff), Buffer.alloc(100)])],
  ])('does not believe a number of %s', async (_what, list) => {
    expect(await read(Buffer.concat([Buffer.from(stub), list]))).toEqual(['phar-invalid']);
  });
});
