import { bufferSource } from '@tidewaiter/formats';
import { linesOf, textsOf } from './lines';

const mebibyte = 1024 * 1024;

describe('the pieces of a text', () => {
  it.each([
    ['nothing', ''],
    ['one line', 'a'],
    ['lines of every length', Array.from({ length: 3000 }, (_, length) => 'é'.repeat(length)).join('\r\n')],
    ['a line longer than several pieces', `a\n${'b'.repeat(5 * mebibyte)}\nc\n`],
    ['a line that ends with a piece', `${'a'.repeat(mebibyte - 1)}\n${'b'.repeat(mebibyte)}`],
  ])('are together what it is, and end where a line does: %s', (_what, text) => {
    const pieces = [...textsOf(bufferSource(Buffer.from(text)))];
    expect(pieces.join('') === text).toBe(true);
    expect(pieces.slice(0, -1).every((piece) => piece.endsWith('\n'))).toBe(true);
    expect(pieces.flatMap((piece) => [...linesOf(piece)])).toEqual([...linesOf(text)]);
  });

  it('are asked for one by one: no file is read as a whole', () => {
    const whole = bufferSource(Buffer.from('0123456789abcde\n'.repeat(mebibyte / 2)));
    let largest = 0;
    const read = (start: number, end: number) => {
      largest = Math.max(largest, end - start);
      return whole.read(start, end);
    };
    let chars = 0;
    for (const text of textsOf({ sizeBytes: whole.sizeBytes, read })) chars += text.length;
    expect(chars).toBe(whole.sizeBytes);
    expect(largest).toBeLessThan(whole.sizeBytes / 4);
  });
});
