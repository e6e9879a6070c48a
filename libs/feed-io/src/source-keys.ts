import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ReadableStream } from 'node:stream/web';
import { messageOf, OperationalError, UnexpectedError } from '@tidewaiter/kit';
import type { KeyID, PublicKey } from 'openpgp';

/** Public keys of a source's publisher, as the operator gave them: only what one of them signed is believed. */
export interface SourceKeys {
  /** Another one for other key files. */
  readonly id: string;
  /**
   * Whether one of the keys made this detached signature (OpenPGP, armored or not) of these bytes, which are read piece by piece.
   * @throws OperationalError `feed-signature-wrong`
   */
  check(name: string, bytes: Bytes, signature: Buffer): Promise<void>;
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const maxKeyFileBytes = 1024 * 1024;
export const maxSignatureBytes = 64 * 1024;
/** Each one of a known key costs a pass over the bytes. A publisher who changes keys signs with two. */
const maxSignatures = 8;

/** @throws OperationalError `feed-key-unusable` when a file holds no key, or none of the keys may sign today */
export async function readSourceKeys(paths: readonly string[]): Promise<SourceKeys> {
  const hash = createHash('sha256');
  const keys: PublicKey[] = [];
  for (const path of paths) {
    const content = await readKeyFile(path);
    hash.update(createHash('sha256').update(content).digest());
    keys.push(...(await usableKeys(path, content)));
  }
  return {
    id: hash.digest('hex'),
    check: (name, bytes, signature) => check({ name, bytes, signature, keys }),
  };
}

async function readKeyFile(path: string): Promise<Buffer> {
  const handle = await open(path).catch((error: unknown) => {
    throw unusableKey(path, messageOf(error));
  });
  try {
    const { size } = await handle.stat();
    if (size > maxKeyFileBytes) throw unusableKey(path, `it has more than ${maxKeyFileBytes} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function usableKeys(path: string, content: Buffer): Promise<readonly PublicKey[]> {
  const { readKeys } = await openpgp();
  const armored = content.toString('latin1').match(/-----BEGIN PGP [\s\S]+?-----END PGP [^\n]+/g);
  const keys: PublicKey[] = [];
  const reasons: string[] = [];
  try {
    // Files of keys are put together with cat(1); the library reads one block.
    if (armored === null) keys.push(...(await readKeys({ binaryKeys: content })));
    else for (const armoredKeys of armored) keys.push(...(await readKeys({ armoredKeys })));
  } catch (error) {
    throw unusableKey(path, messageOf(error));
  }
  const usable: PublicKey[] = [];
  for (const key of keys) {
    const reason = key.isPrivate() ? 'it is a secret key, export the public one' : await refusalOf(key.getSigningKey());
    if (reason === undefined) usable.push(key);
    else reasons.push(`${shownKey(key)}: ${reason}`);
  }
  if (usable.length > 0) return usable;
  throw unusableKey(path, reasons.length === 0 ? 'it holds none' : reasons.join('; '));
}

function unusableKey(path: string, reason: string): OperationalError {
  return new OperationalError(
    'feed-key-unusable',
    `${path} gives no key to check signatures with (${reason}); put the publisher's current public key there.`,
  );
}

interface SignedBytes {
  readonly name: string;
  readonly bytes: Bytes;
  readonly signature: Buffer;
  readonly keys: readonly PublicKey[];
}

interface Verification {
  readonly keyID: KeyID;
  readonly verified: Promise<true>;
}

async function check({ name, bytes, signature: content, keys }: SignedBytes): Promise<void> {
  const { createMessage, enums, verify } = await openpgp();
  const signature = await readDetached(content).catch((error: unknown) => {
    throw wrong(name, `its signature cannot be read: ${messageOf(error)}`);
  });
  const count = signature.packets.filterByTag(enums.packet.signature).length;
  if (count === 0 || count > maxSignatures) {
    throw wrong(
      name,
      `${count} signatures of OpenPGP version 4 or later lie beside it, where 1 to ${maxSignatures} can be read`,
    );
  }
  const message = await createMessage({ binary: ReadableStream.from(bytes) });
  // Types of its streams are in a package that it does without.
  const result: { readonly data: unknown; readonly signatures: readonly Verification[] } = await verify({
    message,
    signature,
    verificationKeys: [...keys],
    format: 'binary',
  });
  await drain(result.data);
  const reasons: string[] = [];
  for (const one of result.signatures) {
    const reason = await refusalOf(byKeyOfToday(one, keys));
    if (reason === undefined) return;
    reasons.push(`key ${one.keyID.toHex().toUpperCase()}: ${reason}`);
  }
  throw wrong(name, reasons.join('; '));
}

async function readDetached(content: Buffer) {
  const { readSignature } = await openpgp();
  const text = content.toString('latin1');
  if (text.includes('-----BEGIN PGP')) return readSignature({ armoredSignature: text });
  return readSignature({ binarySignature: content });
}

/** The library asks whether the key was good on the day it signed; whoever stole it later chooses that day. */
async function byKeyOfToday({ verified, keyID }: Verification, keys: readonly PublicKey[]): Promise<void> {
  await verified;
  const [key] = keys.filter((candidate) => candidate.getKeys(keyID).length > 0);
  await key?.getSigningKey(keyID);
}

/** Bytes are hashed as they are taken. */
async function drain(bytes: unknown): Promise<void> {
  if (!(bytes instanceof ReadableStream))
    throw new UnexpectedError('openpgp-no-stream', 'a stream came back as something else');
  const reader = bytes.getReader();
  while (!(await reader.read()).done);
}

async function refusalOf(step: Promise<unknown>): Promise<string | undefined> {
  try {
    await step;
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function wrong(name: string, reason: string): OperationalError {
  return new OperationalError(
    'feed-signature-wrong',
    `${name} is not what a configured key has signed (${reason}); the last advisories stay.`,
  );
}

function shownKey(key: PublicKey): string {
  return key.getFingerprint().toUpperCase();
}

/** Loaded only where keys are configured. */
function openpgp() {
  return import('openpgp');
}
