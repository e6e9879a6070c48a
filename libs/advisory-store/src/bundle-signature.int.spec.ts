import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { checkBundle, readSigningKey, signBundle } from './bundle-signature';

describeWithTool('openssl', 'the signature of a bundle, with keys that openssl made', () => {
  let directory: string;
  let bundle: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bundle-signature-'));
    bundle = join(directory, 'bundle');
    await writeFile(bundle, 'a store');
    for (const name of ['key', 'other']) makeKey(name, ['-algorithm', 'ed25519']);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const at = (name: string): string => join(directory, name);

  function openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }

  function makeKey(name: string, kind: readonly string[]): void {
    openssl('genpkey', ...kind, '-out', at(`${name}.pem`));
    openssl('pkey', '-in', at(`${name}.pem`), '-pubout', '-out', at(`${name}.pub.pem`));
  }

  async function signed(key = 'key'): Promise<void> {
    await signBundle(bundle, await readSigningKey(at(`${key}.pem`)));
  }

  it('is taken with the public key, and openssl takes it too', async () => {
    await signed();
    await expect(checkBundle(bundle, at('key.pub.pem'))).resolves.toBeUndefined();
    const [line = '', signature = ''] = (await readFile(`${bundle}.sig`, 'utf8')).split('\n');
    await writeFile(at('line'), `${line}\n`);
    await writeFile(at('signature'), Buffer.from(signature, 'base64'));
    const files = ['-inkey', at('key.pub.pem'), '-in', at('line'), '-sigfile', at('signature')];
    expect(() => openssl('pkeyutl', '-verify', '-pubin', '-rawin', ...files)).not.toThrow();
  });

  it('is missing, of another key, of other bytes or changed itself: each is refused and says what to do', async () => {
    const check = () => checkBundle(bundle, at('key.pub.pem'));
    const wrong = (reason: string) => ({ code: 'bundle-signature-wrong', message: expect.stringContaining(reason) });
    await expect(check()).rejects.toMatchObject({
      code: 'bundle-signature-missing',
      message: expect.stringContaining('bring the .sig'),
    });
    await signed('other');
    await expect(check()).rejects.toMatchObject(wrong('was not made with the key'));
    await signed();
    const good = await readFile(`${bundle}.sig`, 'utf8');
    await writeFile(bundle, 'a forged store');
    await expect(check()).rejects.toMatchObject(wrong('it has other bytes than were signed'));
    await signed('other');
    const forged = await readFile(`${bundle}.sig`, 'utf8');
    await writeFile(`${bundle}.sig`, `${forged.split('\n')[0] ?? ''}\n${good.split('\n')[1] ?? ''}\n`);
    await expect(check()).rejects.toMatchObject(wrong('was changed'));
    await writeFile(`${bundle}.sig`, `${good}more`);
    await expect(check()).rejects.toMatchObject(wrong('has another form'));
  });

  it('does not vouch for what SQLite would read from beside the file', async () => {
    await signed();
    await copyFile(bundle, `${bundle}-wal`);
    await expect(checkBundle(bundle, at('key.pub.pem'))).rejects.toMatchObject({
      code: 'bundle-signature-wrong',
      message: expect.stringContaining('remove that file'),
    });
  });

  it('needs the right kind of key on either side', async () => {
    makeKey('rsa', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']);
    openssl('genpkey', '-algorithm', 'ed25519', '-aes256', '-pass', 'pass:secret', '-out', at('locked.pem'));
    await signed();
    const unusable = { code: 'bundle-key-unusable', message: expect.stringContaining('give ') };
    for (const name of ['rsa', 'locked', 'key.pub', 'missing']) {
      await expect(readSigningKey(at(`${name}.pem`))).rejects.toMatchObject(unusable);
    }
    for (const name of ['rsa.pub', 'key', 'missing']) {
      await expect(checkBundle(bundle, at(`${name}.pem`))).rejects.toMatchObject(unusable);
    }
  });
});
