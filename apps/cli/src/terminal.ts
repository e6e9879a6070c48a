import { UserError } from '@tidewaiter/kit';
import { printable } from './printable';

const clearLine = '\r\u001b[K';

/** Where a command's words go. Results go to `out`, everything about them to `err`. */
export interface Terminal {
  /** Resolves when it is written, or when nobody reads any more; rejects when it cannot be. */
  out(text: string): Promise<void>;
  err(line: string): void;
  /** One line about what is going on, in the place of the last such line; nothing where nobody looks. `''` takes it away. */
  progress(text: string): void;
  /** Somebody looks at that line. */
  readonly showsProgress: boolean;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Undefined when the output is no terminal: then nothing is cut. */
  readonly columns: number | undefined;
  readonly isTty: boolean;
}

/** Of them, those of a terminal say so. */
interface TerminalStreams {
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly stdin: AsyncIterable<Uint8Array>;
}

type TerminalOutput = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export function processTerminal({ stdout, stderr, stdin }: TerminalStreams = process): Terminal {
  /** The line about what is going on is where the next one would be written. */
  let isLineTaken = false;
  /** A reader that has seen enough (`| head`) closes the pipe. That is no failure, and what the command found is still its exit code. */
  let isUnread = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    isUnread ||= error.code === 'EPIPE';
  });
  // Of what cannot be said nothing can be said either.
  stderr.on('error', () => undefined);
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => {
          isUnread ||= isClosedPipe(error);
          if (isUnread || !error) resolve();
          else
            reject(
              new UserError('output-unwritable', `The result cannot be written (${error.message}).`, { cause: error }),
            );
        });
      }),
    err(line) {
      const shown = line.split('\n').map(printable).join('\n');
      stderr.write(`${isLineTaken ? clearLine : ''}${shown}\n`);
      isLineTaken = false;
    },
    showsProgress: stderr.isTTY === true,
    progress(text) {
      if (stderr.isTTY !== true) return;
      stderr.write(`\r${printable(text).slice(0, (stderr.columns ?? 80) - 1)}\u001b[K`);
      isLineTaken = text !== '';
    },
    stdin,
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    isTty: stdout.isTTY === true,
  };
}

function isClosedPipe(error: NodeJS.ErrnoException | null | undefined): boolean {
  return error?.code === 'EPIPE';
}
