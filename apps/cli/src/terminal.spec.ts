import { PassThrough, Writable } from 'node:stream';
import { processTerminal } from './terminal';

/** Streams as a shell gives them: with somebody who looks, or into files. */
function streams({ columns }: { readonly columns: number } | { readonly columns?: undefined }) {
  const tty = columns === undefined ? { isTTY: false } : { isTTY: true, columns };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const given = { stdout: Object.assign(stdout, tty), stderr: Object.assign(stderr, tty), stdin: new PassThrough() };
  const read = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
  return { given, out: () => read(stdout), err: () => read(stderr) };
}

describe('the line about what is going on', () => {
  it('takes the place of the last one, and is cut where the line would break', () => {
    const { given, out, err } = streams({ columns: 20 });
    const terminal = processTerminal(given);
    terminal.progress('app.tar: 1 of 3 layers');
    terminal.progress('2 of 3');
    terminal.progress('');
    expect(err()).toBe('\rapp.tar: 1 of 3 lay\u001b[K\r2 of 3\u001b[K\r\u001b[K');
    expect(out()).toBe('');
  });

  it('makes room for what is said meanwhile', () => {
    const { given, err } = streams({ columns: 20 });
    const terminal = processTerminal(given);
    terminal.progress('1 of 3');
    terminal.err('a layer was not read');
    terminal.err('and why');
    expect(err()).toBe('\r1 of 3\u001b[K\r\u001b[Ka layer was not read\nand why\n');
  });

  it('obeys nothing that others wrote', () => {
    const { given, err } = streams({ columns: 80 });
    const terminal = processTerminal(given);
    terminal.err('not read: \u001b[2J\nnext');
    terminal.progress('a\u001b[2J');
    expect(err()).toBe('not read: \\u{1b}[2J\nnext\n\ra\\u{1b}[2J\u001b[K');
  });

  it('is not written where nobody looks', () => {
    const { given, err } = streams({});
    const terminal = processTerminal(given);
    terminal.progress('1 of 3');
    terminal.err('done');
    expect(err()).toBe('done\n');
    expect(terminal).toMatchObject({ columns: undefined, isTty: false });
  });
});

describe('the result', () => {
  function into(code: string) {
    const stdout = new Writable({
      write: (_chunk, _encoding, callback) => {
        callback(Object.assign(new Error(`${code}: write`), { code }));
      },
    });
    return processTerminal({ stdout, stderr: new PassThrough(), stdin: new PassThrough() });
  }

  it('may be read in part: the command goes on to its exit code', async () => {
    const terminal = into('EPIPE');
    await terminal.out('1\n');
    await terminal.out('2\n');
  });

  it('that cannot be written is a failure', async () => {
    await expect(into('ENOSPC').out('1\n')).rejects.toMatchObject({ code: 'output-unwritable' });
  });
});
