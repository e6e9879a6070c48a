import { cliConfig, readConfig } from '@tidewaiter/config';
import type { Invocation } from '../command';
import { CommandFailure, exitCodes, type ExitCode } from '../exit-codes';
import { ImportReport, isUnreadable } from '../import-report';
import { importSources, type Imported } from '../importing';
import type { Terminal } from '../terminal';

export async function advisoriesImport(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const { cli } = readConfig({ cli: cliConfig });
  const storePath = invocation.text('store') ?? cli.storePath;
  const report = new ImportReport(terminal);
  const { parts, leftOut } = await importOrFail(invocation.operands, storePath, {
    ...cli,
    ...report.callbacks,
    bundleKey: invocation.text('verify'),
  });
  report.leftOut(leftOut);
  return report.finish(parts, storePath);
}

async function importOrFail(...args: Parameters<typeof importSources>): Promise<Imported> {
  try {
    return await importSources(...args);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(isUnreadable(error) ? exitCodes.targetUnreadable : exitCodes.failed, error);
  }
}
