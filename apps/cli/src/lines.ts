/**
 * Lines of a stream of UTF-8 text, without their ends, as many at a time as a chunk ends. A line longer than `maxChars` comes as undefined and is not kept,
 * so an endless one costs no memory.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxChars: number,
): AsyncGenerator<readonly (string | undefined)[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let isTooLong = false;
  const finished = (line: string): string | undefined => {
    const isKept = !isTooLong && line.length <= maxChars;
    isTooLong = false;
    return isKept ? withoutReturn(line) : undefined;
  };
  for await (const chunk of chunks) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    if (pieces.length > 0) yield pieces.map(finished);
    if (rest.length > maxChars) {
      isTooLong = true;
      rest = '';
    }
  }
  rest += decoder.decode();
  if (isTooLong || rest !== '') yield [finished(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
