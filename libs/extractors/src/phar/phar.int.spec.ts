import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { namesIn } from '../spec-extraction';
import { phar } from './phar';

const made = `
foreach (['plain' => Phar::NONE, 'deflated' => Phar::GZ] as $name => $compression) {
  $phar = new Phar("$name.phar");
  $phar->startBuffering();
  $phar->setMetadata(['made' => 'for a test']);
  $phar->addEmptyDir('empty');
  $phar->addFromString('bin/tool', str_repeat('<?php echo 1;', 100));
  $phar['bin/tool']->setMetadata('x');
  $installed = ['packages' => [['name' => 'psr/log', 'version' => '3.0.2'], ['name' => 'acme/base', 'version' => 'v1.0.0']]];
  $phar->addFromString('vendor/composer/installed.json', json_encode($installed));
  $phar->setDefaultStub('bin/tool');
  if ($compression !== Phar::NONE) $phar->compressFiles($compression);
  $phar->stopBuffering();
}`;

describeWithTool('php', 'archives that PHP made', () => {
  it('gives the packages that were put into them', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tidewaiter-phar-'));
    try {
      execFileSync('php', ['-d', 'phar.readonly=0', '-r', made], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
      for (const name of ['plain.phar', 'deflated.phar']) {
        expect(await namesIn(phar, name, readFileSync(join(root, name)))).toEqual([
          'psr/log@3.0.2',
          'acme/base@v1.0.0',
        ]);
      }
    } finally {
      rmSync(root, { recursive: true });
    }
  }, 30_000);
});
