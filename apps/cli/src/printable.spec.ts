import { printable } from './printable';

describe("others' words", () => {
  it.each([
    ['a\r\u001b[2Kclean', String.raw`a\u{d}\u{1b}[2Kclean`],
    ['a\u009b31mb', String.raw`a\u{9b}31mb`],
    ['a\n\tb\u0000', String.raw`a\u{a}\u{9}b\u{0}`],
    ['a\u202eb\u2066\u2028', String.raw`a\u{202e}b\u{2066}\u{2028}`],
  ])('are shown where a terminal would obey them: %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('stay as they are otherwise', () => {
    const text = String.raw`naïve-пакет 包 "quoted" <b> \u001b`;
    expect(printable(text)).toBe(text);
  });
});
