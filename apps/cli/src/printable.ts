/**
 * Others' words for a terminal's line: what a terminal would obey instead of showing it (ECMA-48's control functions begin with such a
 * character, and a mere carriage return writes over what was said), what breaks the line, and what turns the direction of
 * writing (Unicode's Bidi_Control) is shown by its number. The name of a package in a hostile image could hide its own finding.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
