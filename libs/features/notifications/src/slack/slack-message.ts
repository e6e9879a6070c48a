import type { ContextBlock, HeaderBlock, SectionBlock } from '@slack/types';
import { plain } from './mrkdwn';

/** What is posted to an incoming webhook. `text` is what notifications and screen readers show. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

export type SlackBlock = HeaderBlock | SectionBlock | ContextBlock;

/** https://docs.slack.dev/reference/block-kit/blocks; the total is not documented and was measured at about 13,200. */
export const slackLimits = { blocks: 50, header: 150, section: 3_000, text: 4_000, total: 12_500 } as const;

export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: plain(text, slackLimits.header), emoji: false } };
}

export function context(text: string): ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] };
}

/** Lines in as few sections as they fit in. A line must be shorter than a section. */
export function sections(lines: readonly string[]): readonly SectionBlock[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= slackLimits.section)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  // Verbatim: Slack turns nothing in it into links or mentions by itself.
  return texts.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }));
}

/** The lines that fit, and "and N more" for those that do not. `more` counts what was left out before. */
export function linesWithin(
  lines: readonly string[],
  { total, more }: { total: number; more: number },
): readonly string[] {
  const kept: string[] = [];
  let used = 0;
  for (const line of lines) {
    if (used + line.length > total) break;
    kept.push(line);
    used += line.length + 1;
  }
  const leftOut = lines.length - kept.length + more;
  return leftOut > 0 ? [...kept, `… and ${count(leftOut)} more`] : kept;
}

/** `1 image`, `1,234 images`. */
export function countOf(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
