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
