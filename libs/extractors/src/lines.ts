import type { ByteSource } from '@tidewaiter/formats';

const pieceBytes = 1024 * 1024;

/** Lines without their ends, LF or CR LF, one at a time: a file of any size is not cut up as a whole. */
export function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? text.length : newline;
    const end = next > at && text.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
    yield text.slice(at, end);
    at = next + 1;
  }
}

/**
 * The text of a file in pieces that end where a line does: of a file of any size no more is decoded at once, and what
 * is kept of a line keeps no more than its piece alive.
 */
export function* textsOf(content: ByteSource): Generator<string> {
  let most = pieceBytes;
  for (let at = 0; at < content.sizeBytes;) {
    const end = Math.min(at + most, content.sizeBytes);
    const bytes = content.read(at, end);
    if (bytes.length < end - at || end === content.sizeBytes) {
      yield bytes.toString('utf8');
      return;
    }
    const cut = bytes.lastIndexOf(0x0a) + 1;
    // A line may be longer than a piece.
    most = cut === 0 ? most * 2 : pieceBytes;
    if (cut > 0) yield bytes.toString('utf8', 0, cut);
    at += cut;
  }
}
