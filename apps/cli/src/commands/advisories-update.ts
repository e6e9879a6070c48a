import { advisoriesConfig, cliConfig, readConfig, type AdvisoriesConfig } from '@tidewaiter/config';
import { enrichmentSources } from '@tidewaiter/feeds';
import type { Invocation } from '../command';
import type { ExitCode } from '../exit-codes';
import { ImportReport } from '../import-report';
import { updateSources } from '../importing';
import { wrongUsage } from '../options';
import type { Terminal } from '../terminal';

export async function advisoriesUpdate(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const { cli, advisories } = readConfig({ cli: cliConfig, advisories: advisoriesConfig });
  const storePath = invocation.text('store') ?? cli.storePath;
  const sources = configuredSources(advisories);
  if (sources.length === 0) {
    throw wrongUsage('Nothing says what to update from: set ADVISORIES (and ENRICHMENT), or use "advisories import".');
  }
  const report = new ImportReport(terminal);
  const { parts, leftOver } = await updateSources(sources, storePath, {
    ...cli,
    ...report.callbacks,
    onFailure: (source, error) => {
      report.failure(source, error);
    },
  });
  report.leftOver(leftOver, storePath);
  return report.finish(parts, storePath);
}

/** VEX statements are no part of a store: `scan --vex` names them. */
function configuredSources({ sources, enrichment }: AdvisoriesConfig): readonly string[] {
  const known = enrichment.filter(({ id }) => enrichmentSources.some((source) => source.id === id));
  return [...sources, ...known.map(({ id, source }) => (source === undefined ? id : `${id}=${source}`))];
}
