import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretKey } from '@tidewaiter/config';
import { UserError } from '@tidewaiter/kit';

const algorithm = 'aes-256-gcm';
const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;
const whatToDo = 'give the former key back in every process, or set the credentials of the registry anew by REST';

/**
 * Encrypts and decrypts what is stored of secrets: `v1:<key id>:<base64 of nonce, tag, ciphertext>`. The first key encrypts;
 * the others are from before and only decrypt.
 */
export class Keyring {
  constructor(private readonly keys: readonly SecretKey[]) {}

  /** `context` says what the text belongs to: sealed for one thing, it cannot be opened as another's. */
  seal(text: string, context: string): string {
    const [current] = this.keys;
    if (current === undefined) {
      throw new UserError(
        'registry-keys-missing',
        'credentials cannot be stored: REGISTRY_SECRET_KEYS is not set; set it in every process, or name the registry in the configuration',
      );
    }
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, Buffer.from(current.key, 'base64'), nonce, { authTagLength: tagBytes });
    cipher.setAAD(Buffer.from(context));
    const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${version}:${current.id}:${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64')}`;
  }

  open(sealed: string, context: string): string {
    const [stated, id = '', encoded = ''] = sealed.split(':');
    const found = this.keys.find((key) => key.id === id);
    if (stated !== version || found === undefined) {
      throw new UserError(
        'registry-sealed',
        `the stored credentials are encrypted with the key ${JSON.stringify(id)}, which REGISTRY_SECRET_KEYS does not have; ${whatToDo}`,
      );
    }
    const bytes = Buffer.from(encoded, 'base64');
    try {
      const decipher = createDecipheriv(algorithm, Buffer.from(found.key, 'base64'), bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new UserError(
        'registry-sealed',
        `the stored credentials do not open with the key ${JSON.stringify(id)}: it is another key of that name, or the row was changed; ${whatToDo}`,
        { cause: error },
      );
    }
  }

  /** Whether the newest key sealed it. */
  isCurrent(sealed: string): boolean {
    return sealed.split(':')[1] === this.keys[0]?.id;
  }
}
