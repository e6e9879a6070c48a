import { stat } from 'node:fs/promises';
import { exportBundle } from '@tidewaiter/advisory-store';
import { cliConfig, readConfig } from '@tidewaiter/config';
import type { Invocation } from '../command';
import { endingWith, exitCodes, type ExitCode } from '../exit-codes';
import { ImportReport } from '../import-report';
import type { Terminal } from '../terminal';

export async function advisoriesExport(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const storePath = invocation.text('store') ?? readConfig({ cli: cliConfig }).cli.storePath;
  const [bundle = ''] = invocation.operands;
  const leftOut = await endingWith(exitCodes.advisoriesMissing, () =>
    exportBundle(storePath, bundle, invocation.text('sign')),
  );
  new ImportReport(terminal).leftOut(leftOut);
  const { size } = await stat(bundle);
  await terminal.out(`${bundle}: ${(size / 1e6).toFixed(1)} MB, to be read with "tidewaiter advisories import"\n`);
  return exitCodes.done;
}
