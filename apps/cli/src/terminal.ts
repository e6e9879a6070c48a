import { once } from 'node:events';

/** Where a command's words go. Results go to `out`, everything about them to `err`. */
export interface Terminal {
  /** Resolves when more may be written. */
  out(text: string): Promise<void>;
  err(line: string): void;
  /** One line about what is going on, in the place of the last such line; nothing where nobody looks. `''` takes it away. */
  progress(text: string): void;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Undefined when the output is no terminal: then nothing is cut. */
  readonly columns: number | undefined;
  readonly isTty: boolean;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    out: async (text) => {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    err: (line) => void stderr.write(`${line}\n`),
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`\r${text.slice(0, stderr.columns - 1)}\u001b[K`);
    },
    stdin,
    columns: stdout.isTTY ? stdout.columns : undefined,
    isTty: stdout.isTTY,
  };
}
