import { linesOf } from './lines';

async function lines(chunks: readonly (string | Buffer)[], maxChars = 100): Promise<(string | undefined)[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const seen: (string | undefined)[] = [];
  for await (const some of linesOf(source, maxChars)) seen.push(...some);
  return seen;
}

describe('lines of a stream', () => {
  it('do not depend on where chunks end', async () => {
    expect(await lines(['a\nb', 'c\r\n', '\nd'])).toEqual(['a', 'bc', '', 'd']);
    expect(await lines([])).toEqual([]);
    expect(await lines(['a\n'])).toEqual(['a']);
  });

  it('keep characters that a chunk cuts', async () => {
    const bytes = Buffer.from('é\n');
    expect(await lines([bytes.subarray(0, 1), bytes.subarray(1)])).toEqual(['é']);
  });

  it('that are too long come as undefined, once each, and lose nothing else', async () => {
    expect(await lines(['xxxxxx', 'xxxxxx', 'xx\nok\n', 'yyyyyyyyyyyy\nend'], 10)).toEqual([
      undefined,
      'ok',
      undefined,
      'end',
    ]);
    expect(await lines(['z'.repeat(11)], 10)).toEqual([undefined]);
  });
});
