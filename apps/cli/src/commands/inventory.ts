import { cliConfig, readConfig } from '@tidewaiter/config';
import type { Inventory } from '@tidewaiter/contracts';
import type { Invocation } from '../command';
import { exitCodes, type ExitCode } from '../exit-codes';
import { chosenReportFormat } from '../options';
import { documentText, jsonText, tellPartial, widthOf, writeResult } from '../output';
import { printable } from '../printable';
import { inventoryLabel, readTarget } from '../reading';
import { renderColumns } from '../table';
import type { Terminal } from '../terminal';
import { assessabilityWords, counted } from '../words';

export async function inventory(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const format = chosenReportFormat(invocation, 'inventory');
  const target = invocation.operands[0] ?? '';
  const { inventories, asList, someFailed, repository } = await readTarget(invocation, terminal);
  const text = (): string => {
    switch (format) {
      case 'table':
        return inventories.map((found) => inventoryText(target, found, widthOf(invocation, terminal))).join('\n');
      case 'json':
        return jsonText(
          inventories.map((found) => ({ target, ...found })),
          asList,
        );
      default:
        return documentText(
          format,
          inventories.map((found) => ({ target, repository, inventory: found })),
          { createdAt: readConfig({ cli: cliConfig }).cli.sourceDate, terminal },
        );
    }
  };
  await writeResult(text(), invocation, terminal);
  for (const found of inventories)
    if (!found.complete) tellPartial(inventoryLabel(target, found), found.problems, terminal);
  return someFailed ? exitCodes.targetUnreadable : exitCodes.done;
}

function inventoryText(target: string, found: Inventory, columns: number | undefined): string {
  const rows = found.packages.map(({ ecosystem, name, version, layer, locations }) => [
    ecosystem,
    name,
    version,
    layer === undefined ? '' : String(layer.index),
    locations[0] ?? '',
  ]);
  const os = found.image.os?.prettyName ?? found.image.os?.id ?? 'no distribution stated';
  const partial = found.complete ? '' : '; PARTIAL, something could not be read';
  return [
    ...(rows.length === 0 ? [] : renderColumns(['ECOSYSTEM', 'PACKAGE', 'VERSION', 'LAYER', 'PATH'], rows, columns)),
    ...(rows.length === 0 ? [] : ['']),
    printable(
      `${inventoryLabel(target, found)}: ${[counted(rows.length, 'package'), ...assessabilityWords(found.assessability), os].join(', ')}${partial}`,
    ),
    '',
  ].join('\n');
}
