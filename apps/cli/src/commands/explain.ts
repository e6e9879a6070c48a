import { cliConfig, readConfig } from '@tidewaiter/config';
import type { Explanation } from '@tidewaiter/contracts';
import { explainInventory } from '@tidewaiter/engine';
import { nothingExplained } from '@tidewaiter/matching';
import { explainedBy } from '@tidewaiter/vex';
import type { Invocation } from '../command';
import { exitCodes, type ExitCode } from '../exit-codes';
import { openAdvisories } from '../opened-advisories';
import { chosenFormat } from '../options';
import { tellPartial, widthOf, writeResult } from '../output';
import { printable } from '../printable';
import { inventoryLabel, readTarget } from '../reading';
import { renderColumns } from '../table';
import type { Terminal } from '../terminal';
import { readVexSources } from '../vex-sources';

export async function explain(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const format = chosenFormat(invocation);
  const [target = '', vulnerability = '', asked] = invocation.operands;
  const { cli } = readConfig({ cli: cliConfig });
  const store = await openAdvisories(invocation, cli, terminal);
  try {
    const vex = await readVexSources(invocation.list('vex'), cli, terminal);
    const { inventories, someFailed, repository, digest, document } = await readTarget(invocation, terminal);
    const explanations: Explanation[] = [];
    for (const inventory of inventories) {
      const found = await explainInventory(inventory, { vulnerability, asked }, store);
      explanations.push(
        ...(vex === undefined ? found : explainedBy(found, vex, { inventory, repository, digest, document })),
      );
    }
    const text =
      format === 'json'
        ? `${JSON.stringify(explanations, null, 2)}\n`
        : explanationText(explanations, { vulnerability, asked, columns: widthOf(invocation, terminal) });
    await writeResult(text, invocation, terminal);
    if (format === 'json' && explanations.length === 0)
      terminal.err(`tidewaiter: ${nothingExplained(vulnerability, asked)}`);
    // What could not be read may hold what is asked about.
    for (const found of inventories)
      if (!found.complete) tellPartial(inventoryLabel(target, found), found.problems, terminal);
    return someFailed ? exitCodes.targetUnreadable : exitCodes.done;
  } finally {
    store.close();
  }
}

const headings = ['RECORD', 'FEED', 'NAME', 'RANGES', 'SAYS', 'ROLE'];

function explanationText(
  explanations: readonly Explanation[],
  { vulnerability, asked, columns }: { vulnerability: string; asked: string | undefined; columns: number | undefined },
): string {
  if (explanations.length === 0) return `${printable(nothingExplained(vulnerability, asked))}\n`;
  return explanations.flatMap((explanation) => linesOf(explanation, columns)).join('\n');
}

function linesOf({ vulnerability, conclusion, records }: Explanation, columns: number | undefined): readonly string[] {
  const rows = records.map(({ id, feed, ecosystem, name, ranges, listedVersions, verdict, role }) => [
    id,
    feed,
    `${ecosystem}/${name}`,
    [ranges, ...(listedVersions > 0 ? [`${listedVersions} listed`] : [])].filter((text) => text !== '').join('; '),
    verdict.state === 'affected' ? verdict.state : `${verdict.state}: ${verdict.reason}`,
    role,
  ]);
  return [
    printable(`${vulnerability}: ${conclusion}`),
    ...(rows.length === 0 ? [] : renderColumns(headings, rows, columns)),
    '',
  ];
}
