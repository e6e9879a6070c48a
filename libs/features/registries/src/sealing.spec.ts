import { randomBytes } from 'node:crypto';
import { UserError } from '@tidewaiter/kit';
import { Keyring } from './sealing';

const key = (id: string) => ({ id, key: randomBytes(32).toString('base64') });
const [old, current] = [key('old'), key('new')];

describe('sealed secrets', () => {
  it('open with the key that sealed them, wherever it stands in the list', () => {
    const sealed = new Keyring([old]).seal('a password', 'registry:a');
    expect(sealed).not.toContain('password');
    const rotated = new Keyring([current, old]);
    expect(rotated.open(sealed, 'registry:a')).toBe('a password');
    expect(rotated.isCurrent(sealed)).toBe(false);
    expect(rotated.isCurrent(rotated.seal('a password', 'registry:a'))).toBe(true);
  });

  it('never look the same twice', () => {
    const keyring = new Keyring([current]);
    expect(keyring.seal('x', 'a')).not.toBe(keyring.seal('x', 'a'));
  });

  it.each([
    ['without the key', (sealed: string) => new Keyring([current]).open(sealed, 'registry:a')],
    ['with another key of the same name', (sealed: string) => new Keyring([key('old')]).open(sealed, 'registry:a')],
    ["as another registry's", (sealed: string) => new Keyring([old]).open(sealed, 'registry:b')],
    ['after a change', (sealed: string) => new Keyring([old]).open(`${sealed.slice(0, -6)}AAAA==`, 'registry:a')],
    ['when cut off', (sealed: string) => new Keyring([old]).open(sealed.slice(0, 12), 'registry:a')],
  ])('do not open %s', (_name, open) => {
    const sealed = new Keyring([old]).seal('a password', 'registry:a');
    expect(codeOf(() => open(sealed))).toBe('registry-sealed');
  });

  it('are not made without a key', () => {
    expect(codeOf(() => new Keyring([]).seal('x', 'a'))).toBe('registry-keys-missing');
  });
});

function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof UserError ? error.code : error;
  }
}
