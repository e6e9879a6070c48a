/** What a zip is read from. */
export interface ZipBytes {
  readonly sizeBytes: number;
  /** The bytes at `position`, valid until the next call; undefined when there are fewer. */
  read(position: number, length: number): Promise<Buffer | undefined>;
}

/** What is wrong with an archive or one entry; the message continues a sentence that begins with its name. */
export interface ZipProblem {
  readonly code: string;
  readonly message: string;
}

export function damaged(message: string): ZipProblem {
  return { code: 'zip-unreadable', message };
}

export function tooLarge(message: string): ZipProblem {
  return { code: 'zip-too-large', message };
}
