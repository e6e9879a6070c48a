/**
 * Takes the content of one file piece by piece. A piece that is the whole content is valid until the visitor has settled; any other
 * during the call only: what is kept of it is copied.
 */
export interface ContentSink {
  /** False: the rest is not wanted, and `end` will not be called. */
  write(piece: Buffer): boolean;
  end(): void;
}

/** Everything in one buffer. `sizeBytes` must be the size of the content; who calls has bounded it. */
export function wholeContent(sizeBytes: number, finish: (bytes: Buffer) => void): ContentSink {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  return {
    write(piece) {
      filled += piece.copy(bytes, filled);
      return true;
    },
    end: () => finish(bytes.subarray(0, filled)),
  };
}
