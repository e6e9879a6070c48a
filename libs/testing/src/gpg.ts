import { execFileSync } from 'node:child_process';

/** Runs GnuPG on the keys of a directory, none of which has a passphrase; answers what it wrote. */
export function gpgIn(home: string, args: readonly string[], input = ''): Buffer {
  const unasked = ['--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', ''];
  return execFileSync('gpg', ['--homedir', home, ...unasked, ...args], { input, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Ends what GnuPG left running for the keys of a directory. */
export function stopGpgIn(home: string): void {
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
}
