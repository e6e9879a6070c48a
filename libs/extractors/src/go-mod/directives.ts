export interface Directive {
  readonly verb: string;
  readonly words: readonly string[];
}

/** Lines and blocks of a go.mod alike, comments left out; a block without an end is followed by one of no words. https://go.dev/ref/mod#go-mod-file-grammar */
export function directivesOf(text: string): readonly Directive[] {
  const directives: Directive[] = [];
  let block: string | undefined;
  for (const raw of text.split('\n')) {
    const comment = raw.indexOf('//');
    const line = (comment === -1 ? raw : raw.slice(0, comment)).trim();
    if (line === '') continue;
    // A parenthesis is a word of its own, with or without a blank before it.
    const words = line
      .replace(/\($/, ' (')
      .split(/[ \t]+/)
      .map(unquoted);
    if (block !== undefined) {
      if (line === ')') block = undefined;
      else directives.push({ verb: block, words });
    } else if (words.at(-1) === '(' && words.length === 2) {
      block = words[0];
    } else {
      directives.push({ verb: words[0] ?? '', words: words.slice(1) });
    }
  }
  if (block !== undefined) directives.push({ verb: block, words: [] });
  return directives;
}

function unquoted(word: string): string {
  return /^(["`]).*\1$/.test(word) ? word.slice(1, -1) : word;
}
