import type { Seed } from './seeds';

/** One parser. `run` throws when the parser breaks what it promises; bad input as such is no failure. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly Seed[];
  run(path: string, bytes: Buffer): Promise<void>;
}

export function checkProblems(problems: readonly { readonly code: string; readonly message: string }[]): void {
  for (const { code, message } of problems) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(code)) throw new Error(`a problem with the code "${code}"`);
    if (message === '' || message.length > 2000) throw new Error(`a message of ${message.length} characters`);
  }
}

/** Enough of ustar for a seed. */
export function tarOf(files: readonly Seed[], type = '\0'): Buffer {
  const parts = files.map(({ path, bytes }) => {
    const header = Buffer.alloc(512);
    header.write(path.slice(-90));
    header.write('0000755\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write(`        ${type}`, 148);
    header.write('ustar\0' + '00', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
