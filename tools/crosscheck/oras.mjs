/**
 * Uses the registry emulator as people use a registry with oras: files, what is attached to an image, copies with all of it, deletion.
 *
 *   npm run build && node tools/crosscheck/oras.mjs [--oras PROGRAM]
 *
 * PROGRAM is oras as `go install oras.land/oras/cmd/oras@v1.3.0` builds it, the one on the PATH when left out. Ends with 1 at the first
 * step that does not do what it should.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withEmulator } from './emulator.mjs';

const { oras } = parseArgs({ options: { oras: { type: 'string', default: 'oras' } } }).values;
const user = { username: 'somebody', password: 'a-password' };
const types = ['application/vnd.example.bill', 'application/vnd.example.signature'];

await withEmulator(user, (host, directory) => {
  const home = { HOME: directory, DOCKER_CONFIG: directory };
  const run = (...words) => {
    const { status, error, stdout, stderr } = spawnSync(oras, words, {
      cwd: directory,
      env: { ...process.env, ...home },
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    equal(status, 0, `oras ${words.join(' ')}: ${stderr}`);
    console.log(`oras ${words.map((word) => (word === user.password ? '...' : word)).join(' ')}`);
    return stdout;
  };
  const plain = '--plain-http';
  const [image, mirror] = [`${host}/team/app:1`, `${host}/mirror/app:1`];
  const referrers = (of, ...more) =>
    JSON.parse(run('discover', plain, '--format', 'json', ...more, of))
      .referrers.map((each) => each.artifactType)
      .sort();

  run('login', plain, '-u', user.username, '-p', user.password, host);
  writeFileSync(join(directory, 'app.txt'), 'what an image holds\n');
  writeFileSync(join(directory, 'bill.json'), '{}\n');
  run('push', plain, image, 'app.txt:text/plain');
  for (const type of types) run('attach', plain, '--artifact-type', type, image, 'bill.json:application/json');
  deepEqual(referrers(image), types);
  deepEqual(referrers(image, '--artifact-type', types[1]), [types[1]]);

  run('copy', '--from-plain-http', '--to-plain-http', '-r', image, mirror);
  deepEqual(referrers(mirror), types);
  equal(run('repo', 'ls', plain, host).trim(), 'mirror/app\nteam/app');
  run('pull', plain, '-o', 'pulled', mirror);
  equal(readFileSync(join(directory, 'pulled/app.txt'), 'utf8'), 'what an image holds\n');

  run('tag', plain, image, 'stable');
  equal(run('repo', 'tags', plain, `${host}/team/app`).trim(), '1\nstable');
  const { digest } = JSON.parse(run('manifest', 'fetch', plain, '--descriptor', image));
  match(digest, /^sha256:[0-9a-f]{64}$/);
  run('manifest', 'delete', plain, '-f', `${host}/team/app@${digest}`);
  equal(run('repo', 'tags', plain, `${host}/mirror/app`).trim(), '1');
  console.log('every step did what it should');
});
