import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { messageOf, UserError } from '@tidewaiter/kit';

/*
 * NAME.sig beside a bundle has two lines: what is signed, with its line end, and the Ed25519 signature (RFC 8032) of that in base64.
 * Ed25519 takes its message whole and a bundle is large, so what is signed is its sum, said to be of a bundle and nothing else.
 */
const form = /^(tidewaiter-bundle-1 sha256:[0-9a-f]{64}\n)([A-Za-z0-9+/]{86}==)\n?$/;

/** What SQLite would read as part of a file that it lies beside. */
const companions = ['-wal', '-journal'];

/** A private key, PEM. @throws UserError `bundle-key-unusable` */
export async function readSigningKey(path: string): Promise<KeyObject> {
  return ed25519(
    path,
    createPrivateKey,
    'a private key that openssl genpkey -algorithm ed25519 made, without a passphrase',
  );
}

/** Writes `PATH.sig`. */
export async function signBundle(path: string, key: KeyObject): Promise<void> {
  const line = await statementOf(path);
  await writeFile(`${path}.sig`, `${line}${sign(null, Buffer.from(line), key).toString('base64')}\n`);
}

/**
 * Whether the holder of the key signed exactly this bundle. `keyPath` is of a public key, PEM.
 * @throws UserError `bundle-key-unusable`, `bundle-signature-missing`, `bundle-signature-wrong`
 */
export async function checkBundle(path: string, keyPath: string): Promise<void> {
  const key = await ed25519(keyPath, createPublicKey, 'the public key that openssl pkey -in KEY.pem -pubout wrote');
  const text = await readSignature(path);
  const [, line, signature = ''] = form.exec(text) ?? [];
  if (line === undefined) throw wrong(path, `${path}.sig has another form than "advisories export --sign" writes`);
  if (!verify(null, Buffer.from(line), key, Buffer.from(signature, 'base64'))) {
    throw wrong(path, `${path}.sig was not made with the key of ${keyPath}, or was changed`);
  }
  if ((await statementOf(path)) !== line) throw wrong(path, 'it has other bytes than were signed');
  const companion = companions.map((end) => path + end).find((name) => existsSync(name));
  if (companion !== undefined)
    throw wrong(path, `${companion} beside it would be read as part of it; remove that file`);
}

async function statementOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `tidewaiter-bundle-1 sha256:${hash.digest('hex')}\n`;
}

async function readSignature(path: string): Promise<string> {
  try {
    return await readFile(`${path}.sig`, 'latin1');
  } catch (error) {
    throw new UserError(
      'bundle-signature-missing',
      `${path} is not signed (${messageOf(error)}), so it was not taken in; bring the .sig that "advisories export --sign" wrote beside it.`,
      { cause: error },
    );
  }
}

async function ed25519(path: string, read: (pem: string) => KeyObject, wanted: string): Promise<KeyObject> {
  try {
    const pem = await readFile(path, 'utf8');
    const key = read(pem);
    // A public key can be had from a private one, which has no business where bundles are checked.
    const isMisplaced = key.type === 'public' && pem.includes('PRIVATE KEY');
    if (key.asymmetricKeyType === 'ed25519' && !isMisplaced) return key;
  } catch (error) {
    throw new UserError('bundle-key-unusable', `${path} cannot be used (${messageOf(error)}): give ${wanted}.`, {
      cause: error,
    });
  }
  throw new UserError('bundle-key-unusable', `${path} is another kind of key: give ${wanted}.`);
}

function wrong(path: string, reason: string): UserError {
  return new UserError(
    'bundle-signature-wrong',
    `${path} is not what was signed, so it was not taken in: ${reason}. Where nothing explains that, do not use it and ask who made it.`,
  );
}
