/**
 * Lines of a stream of UTF-8 text, without their ends. A line longer than `maxChars` comes as undefined and is not kept,
 * so an endless one costs no memory.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxChars: number,
): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  for await (const chunk of chunks) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      yield tooLong || piece.length > maxChars ? undefined : withoutReturn(piece);
      tooLong = false;
    }
    if (rest.length > maxChars) {
      tooLong = true;
      rest = '';
    }
  }
  rest += decoder.decode();
  if (tooLong) yield undefined;
  else if (rest !== '') yield rest.length > maxChars ? undefined : withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
