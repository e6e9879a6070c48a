import type { Severity } from '@tidewaiter/contracts';

/** What vendors call their severities. Case and the "**" that Debian puts behind a guess do not matter. */
const severityOfWord: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ['critical', 'critical'],
  ['high', 'high'],
  ['important', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['minor', 'low'],
  ['negligible', 'negligible'],
  ['unimportant', 'negligible'],
  ['info', 'negligible'],
  ['informational', 'negligible'],
  ['none', 'negligible'],
  ['not yet assigned', 'unknown'],
  ['end-of-life', 'unknown'],
  ['untriaged', 'unknown'],
  ['unknown', 'unknown'],
  ['n/a', 'unknown'],
]);

export function severityFromWord(word: string): Severity | undefined {
  return severityOfWord.get(
    word
      .trim()
      .toLowerCase()
      .replace(/(?<!\*)\*+$/, ''),
  );
}
