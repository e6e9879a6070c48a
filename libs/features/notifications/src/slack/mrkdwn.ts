/**
 * Text for Slack. Every name in a message (images, packages, versions, summaries) was chosen by somebody else, and mrkdwn
 * gives `<`, `>` and `&` a meaning: `<!channel>` in a package's name must stay text.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */

/** One line without invisible characters, escaped, at most `max` characters long as Slack counts them. */
export function escaped(text: string, max: number): string {
  return fitted(oneLine(text), { max, escape: escapeCharacter });
}

/** As code: Slack looks for no formatting and no emoji in it. */
export function code(text: string, max: number): string {
  return `\`${escaped(text.replaceAll('`', "'"), max - 2)}\``;
}

/** For plain_text, which is not parsed; without the three characters that clients have been seen to treat differently. */
export function plain(text: string, max: number): string {
  return fitted(oneLine(text), { max, escape: (character) => lookalikes[character] ?? character });
}

/** A link to an address of our own. */
export function link(url: string, label: string): string {
  return `<${new URL(url).href.replaceAll('|', '%7C').replaceAll('>', '%3E').replaceAll('<', '%3C').replaceAll('&', '&amp;')}|${escaped(label, 100)}>`;
}

const lookalikes: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '&': '＆' };

function escapeCharacter(character: string): string {
  return { '&': '&amp;', '<': '&lt;', '>': '&gt;' }[character] ?? character;
}

/** Control characters and line ends become blanks; marks that turn or hide text are dropped. */
function oneLine(text: string): string {
  return text
    .slice(0, maxInput)
    .toWellFormed()
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
}

/** Longer than anything that is shown. */
const maxInput = 4_000;

/** Cuts between characters, never inside one or inside its escape. */
function fitted(text: string, { max, escape }: { max: number; escape: (character: string) => string }): string {
  let kept = '';
  let lastFit = '';
  for (const character of text) {
    kept += escape(character);
    if (kept.length <= max - 1) lastFit = kept;
    if (kept.length > max) return `${lastFit}…`;
  }
  return kept;
}
