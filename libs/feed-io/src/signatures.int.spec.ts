import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feeds, isUnchanged, type Fetched, type FetchedSnapshot } from '@tidewaiter/feeds';
import { describeWithTool, gpgIn, stopGpgIn } from '@tidewaiter/testing';
import { createFeedIo } from './feed-io';

/** Everything is signed by GnuPG, as publishers do; a key for a case is made once, since each takes a while. */
describeWithTool('gpg', 'signatures of publishers, made by gpg', () => {
  const past = '20200101T000000';
  let home: string;
  let directory: string;
  let server: Server;
  let origin: string;
  let bodies: Map<string, string | Buffer>;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'gpg-'));
    generate('vendor@example', 'rsa3072', 'never');
    generate('other@example', 'ed25519', 'never');
    generate('weak@example', 'rsa1024', 'never');
    generate('expired@example', 'ed25519', 'seconds=3600', past);
    for (const name of ['vendor', 'other', 'weak', 'expired']) await exportKey(name);
    generate('revoked@example', 'ed25519', 'never');
    const [fingerprint = ''] =
      gpg(['--with-colons', '--list-keys', 'revoked@example']).match(/(?<=^fpr:+)\w{40}/m) ?? [];
    const certificate = await readFile(join(home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8');
    // GnuPG puts a colon before it, so that nobody imports it unawares.
    await writeFile(join(home, 'revocation'), certificate.replace(':-----BEGIN', '-----BEGIN'));
    revokedSignature = signatureBy('revoked', 'an advisory');
    gpg(['--import', join(home, 'revocation')]);
    await exportKey('revoked');
    server = createServer((request, response) => {
      const body = bodies.get(request.url ?? '');
      if (body === undefined) response.writeHead(404).end();
      else response.writeHead(200).end(body);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    // A server on a TCP port has an address object, never a path.
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }, 60_000);
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    stopGpgIn(home);
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'signed-feed-'));
    bodies = new Map();
  });
  afterEach(() => rm(directory, { recursive: true }));

  let revokedSignature: Buffer;

  function gpg(args: readonly string[], input?: string): string {
    return gpgBytes(args, input).toString('utf8');
  }

  function gpgBytes(args: readonly string[], input?: string): Buffer {
    return gpgIn(home, args, input);
  }

  function generate(user: string, algorithm: string, expires: string, time?: string): void {
    const at = time === undefined ? [] : ['--faked-system-time', time];
    gpg([...at, '--quick-gen-key', user, algorithm, 'sign', expires]);
  }

  async function exportKey(name: string): Promise<void> {
    await writeFile(keyOf(name), gpg(['--armor', '--export', `${name}@example`]));
  }

  function keyOf(name: string): string {
    return join(home, `${name}.asc`);
  }

  function signatureBy(name: string, text: string, more: readonly string[] = []): Buffer {
    return gpgBytes([...more, '--local-user', `${name}@example`, '--armor', '--detach-sign'], text);
  }

  const publish = (path: string, body: string, signature?: string | Buffer): void => {
    bodies.set(path, body);
    if (signature === undefined) bodies.delete(`${path}.asc`);
    else bodies.set(`${path}.asc`, signature);
  };

  const ioWith = (source: string, ...names: readonly string[]) =>
    createFeedIo({ source, directory: join(directory, 'stored'), keyFiles: names.map(keyOf) });

  const ask = (path: string, ...names: readonly string[]) =>
    ioWith(origin, ...names).download(origin + path, undefined);

  function changed(result: Fetched): FetchedSnapshot {
    if (isUnchanged(result)) throw new Error('said to be unchanged');
    return result;
  }

  const wrong = (reason: RegExp) => ({ code: 'feed-signature-wrong', message: expect.stringMatching(reason) });

  it('are taken from any of the configured keys, armored or not, of the bytes or of the text', async () => {
    const text = 'one line\nand another\n';
    const armored = signatureBy('vendor', text);
    const forms = [
      armored,
      signatureBy('vendor', text, ['--digest-algo', 'SHA512']),
      signatureBy('vendor', text, ['--textmode']),
      gpgBytes(['--local-user', 'vendor@example', '--detach-sign'], text),
      // Some publishers write what belongs into clear-signed text.
      armored.toString().replace('SIGNATURE-----\n', 'SIGNATURE-----\nHash: SHA256\n'),
    ];
    for (const [at, form] of forms.entries()) {
      publish(`/${at}.json`, text, form);
      expect(changed(await ask(`/${at}.json`, 'other', 'vendor')).fingerprint).toHaveProperty('checkedWith');
    }
  });

  it('are found by a key of several in one file, put together with cat', async () => {
    const both = `${await readFile(keyOf('other'), 'utf8')}${await readFile(keyOf('vendor'), 'utf8')}`;
    await writeFile(keyOf('both'), both);
    publish('/a.json', 'x', signatureBy('vendor', 'x'));
    changed(await ask('/a.json', 'both'));
  });

  it('are enough when one of two is by a configured key, as while a publisher changes keys', async () => {
    publish('/a.json', 'x', signatureBy('vendor', 'x', ['--local-user', 'other@example']));
    changed(await ask('/a.json', 'vendor'));
  });

  it('of other bytes, by another key or of nothing that is read are refused, and so is their absence', async () => {
    publish('/a.json', 'tampered', signatureBy('vendor', 'as it was'));
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/digest did not match/));
    publish('/a.json', 'x', signatureBy('other', 'x'));
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/Could not find signing key/));
    publish('/a.json', 'x', '<html>Sign in</html>');
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/cannot be read/));
    publish('/a.json', 'x', await readFile(keyOf('vendor')));
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/cannot be read/));
    publish('/a.json', 'x', signatureOfVersion3());
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/0 signatures of OpenPGP version 4/));
    publish('/a.json', 'x');
    const missing = { code: 'feed-signature-missing', message: expect.stringContaining('/a.json.asc') };
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(missing);
  });

  it('by a weak hash, that have expired, or are from the future are refused', async () => {
    publish('/a.json', 'x', signatureBy('vendor', 'x', ['--digest-algo', 'SHA1']));
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/Insecure message hash algorithm: SHA1/));
    publish('/a.json', 'x', signatureBy('vendor', 'x', ['--default-sig-expire', 'seconds=1', '--ask-sig-expire']));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/Signature is expired/));
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    publish('/a.json', 'x', signatureBy('vendor', 'x', ['--faked-system-time', String(tomorrow)]));
    await expect(ask('/a.json', 'vendor')).rejects.toMatchObject(wrong(/in the future/));
  });

  it('by a key that has expired, is revoked or weak are refused, though it was good when it signed', async () => {
    publish('/a.json', 'x', signatureBy('expired', 'x', ['--faked-system-time', past]));
    const unusable = (reason: RegExp) => ({ code: 'feed-key-unusable', message: expect.stringMatching(reason) });
    await expect(ask('/a.json', 'expired')).rejects.toMatchObject(unusable(/expired/));
    await expect(ask('/a.json', 'expired', 'vendor')).rejects.toMatchObject(unusable(/expired/));
    publish('/a.json', 'an advisory', revokedSignature);
    await expect(ask('/a.json', 'revoked')).rejects.toMatchObject(unusable(/revoked/));
    await expect(ask('/a.json', 'weak')).rejects.toMatchObject(unusable(/RSA keys shorter than 2047 bits/));
    await expect(ask('/a.json', 'missing')).rejects.toMatchObject(unusable(/ENOENT/));
    await writeFile(keyOf('none'), 'no key');
    await expect(ask('/a.json', 'none')).rejects.toMatchObject(unusable(/none.asc gives no key/));
    await writeFile(keyOf('secret'), gpg(['--armor', '--export-secret-keys', 'vendor@example']));
    await expect(ask('/a.json', 'secret')).rejects.toMatchObject(unusable(/secret key, export the public one/));
  });

  it('that are wrong leave what was stored, and other keys have everything checked anew', async () => {
    publish('/a.json', 'good', signatureBy('vendor', 'good'));
    const unchecked = changed(await ask('/a.json'));
    const first = changed(await ioWith(origin, 'vendor').download(`${origin}/a.json`, unchecked.fingerprint));
    expect(await ioWith(origin, 'vendor').download(`${origin}/a.json`, first.fingerprint)).toBe('unchanged');
    publish('/a.json', 'forged', signatureBy('vendor', 'good'));
    const again = ioWith(origin, 'vendor').download(`${origin}/a.json`, first.fingerprint);
    await expect(again).rejects.toMatchObject(wrong(/did not match/));
    expect(await onlyText(first)).toBe('good');
    publish('/a.json', 'good', signatureBy('vendor', 'good'));
    const others = ioWith(origin, 'other').download(`${origin}/a.json`, first.fingerprint);
    await expect(others).rejects.toMatchObject(wrong(/Could not find signing key/));
    expect(
      changed(await ioWith(origin).download(`${origin}/a.json`, first.fingerprint)).fingerprint,
    ).not.toHaveProperty('checkedWith');
  });

  it('lie beside the files of a directory too', async () => {
    const path = join(directory, 'local');
    await mkdir(path);
    await writeFile(join(path, 'a.json'), 'x');
    const io = ioWith(path, 'vendor');
    await expect(io.local(path, undefined)).rejects.toMatchObject({ code: 'feed-signature-missing' });
    await writeFile(join(path, 'a.json.asc'), signatureBy('vendor', 'x'));
    const { fingerprint } = changed(await io.local(path, undefined));
    expect(await io.local(path, fingerprint)).toBe('unchanged');
    await writeFile(join(path, 'a.json'), 'forged');
    await expect(io.local(path, fingerprint)).rejects.toMatchObject(wrong(/did not match/));
  });

  it('of Red Hat are asked for with the archive and every document, and the unsigned list of deletions is not believed', async () => {
    publish('/vex/archive_latest.txt', 'csaf_vex_2026-11-20.tar.zst\n');
    publish('/vex/changes.csv', '"2026/cve-2026-1.json","2026-11-26T10:00:00+00:00"\n');
    publish('/vex/deletions.csv', '"2026/cve-2026-2.json","2026-11-26T10:00:00+00:00"\n');
    publish('/vex/csaf_vex_2026-11-20.tar.zst', 'archive', signatureBy('vendor', 'archive'));
    publish('/vex/2026/cve-2026-1.json', '{}', signatureBy('vendor', '{}'));
    const fetched = changed(await fetchFeed('red-hat', `${origin}/vex/`, 'vendor'));
    expect(await namesOf(fetched)).toEqual(['2026/cve-2026-1.json', 'csaf_vex_2026-11-20.tar.zst']);
    expect(await namesOf(changed(await fetchFeed('red-hat', `${origin}/vex/`)))).toContain('deletions.csv');
    publish('/vex/2026/cve-2026-1.json', '{"forged":1}', signatureBy('vendor', '{}'));
    await expect(fetchFeed('red-hat', `${origin}/vex/`, 'vendor')).rejects.toMatchObject(wrong(/cve-2026-1.json/));
  });

  it('of SUSE are asked for with the archive', async () => {
    publish('/csaf-vex.tar.bz2', 'archive', signatureBy('vendor', 'archive'));
    changed(await fetchFeed('suse', `${origin}/csaf-vex.tar.bz2`, 'vendor'));
    publish('/csaf-vex.tar.bz2', 'archive');
    const missing = { code: 'feed-signature-missing' };
    await expect(fetchFeed('suse', `${origin}/csaf-vex.tar.bz2`, 'vendor')).rejects.toMatchObject(missing);
  });

  it('of Amazon Linux are of the index of a repository, whose sums vouch for its list of updates', async () => {
    const sum = createHash('sha256').update('updates').digest('hex');
    const index = `<repomd><data type="updateinfo"><checksum type="sha256">${sum}</checksum><location href="u.xml.gz"/></data></repomd>`;
    publish('/x/mirror.list', `${origin}/r/\n`);
    publish('/r/repodata/repomd.xml', index, signatureBy('vendor', index));
    publish('/r/u.xml.gz', 'updates');
    changed(await fetchFeed('amazon-linux', `${origin}/x/mirror.list`, 'vendor'));
    publish('/r/repodata/repomd.xml', `${index} `, signatureBy('vendor', index));
    await expect(fetchFeed('amazon-linux', `${origin}/x/mirror.list`, 'vendor')).rejects.toMatchObject(wrong(/repomd/));
  });

  function fetchFeed(id: string, source: string, ...names: readonly string[]) {
    const feed = feeds.find((candidate) => candidate.id === id);
    if (feed === undefined) throw new Error(`no feed ${id}`);
    return feed.fetch(undefined, ioWith(source, ...names));
  }
});

async function namesOf({ snapshot }: FetchedSnapshot): Promise<readonly string[]> {
  const names: string[] = [];
  for (const part of snapshot.parts) for await (const { name } of part.files()) names.push(name);
  return names;
}

async function onlyText({ snapshot }: FetchedSnapshot): Promise<string> {
  let text = '';
  for (const part of snapshot.parts) {
    for await (const file of part.files()) {
      const bytes = Buffer.alloc(file.sizeBytes);
      await file.read(bytes, 0);
      text += bytes.toString('utf8');
    }
  }
  return text;
}

/** GnuPG 2 makes none: an empty packet 2 of version 3 as RFC 4880, 5.2.2 has it. Red Hat's older documents were signed like that. */
function signatureOfVersion3(): Buffer {
  const body = Buffer.concat([Buffer.from([3, 5, 0]), Buffer.alloc(12), Buffer.from([1, 8, 0, 0, 0, 1, 1])]);
  return Buffer.concat([Buffer.from([0x88, body.length]), body]);
}
