import type { AdvisoryStore } from '@tidewaiter/advisory-store';
import { cliConfig, readConfig } from '@tidewaiter/config';
import type { ScanReport } from '@tidewaiter/contracts';
import { scanReport } from '@tidewaiter/engine';
import { UserError } from '@tidewaiter/kit';
import type { ReportSubject } from '@tidewaiter/reports';
import { withVex } from '@tidewaiter/vex';
import type { Invocation } from '../command';
import { CommandFailure, exitCodes, type ExitCode } from '../exit-codes';
import { frozenLines } from '../frozen-releases';
import { gated, parseCondition, type Condition } from '../gate';
import { openAdvisories } from '../opened-advisories';
import { chosenReportFormat, wrongUsage } from '../options';
import { documentText, jsonText, tellPartial, widthOf, writeResult } from '../output';
import { imageLabel, readTarget } from '../reading';
import { withSupport } from '../release-support';
import { scanText } from '../scan-text';
import type { Terminal } from '../terminal';
import { withThreats } from '../threats';
import { readVexSources } from '../vex-sources';
import { ageText, counted } from '../words';

/** A store older than this still judges, but says so. */
const staleAfterDays = 7;
const dayMs = 24 * 60 * 60 * 1000;

interface JudgedImage extends ReportSubject {
  readonly report: ScanReport;
}

export async function scan(invocation: Invocation, terminal: Terminal): Promise<ExitCode> {
  const format = chosenReportFormat(invocation, 'scan');
  const conditions = conditionsOf(invocation);
  const maxAgeDays = maxAgeOf(invocation);
  const { cli } = readConfig({ cli: cliConfig });
  const store = await openAdvisories(invocation, cli, terminal);
  try {
    checkAge(store, maxAgeDays, terminal);
    const target = invocation.operands[0] ?? '';
    const vex = await readVexSources(invocation.list('vex'), cli, terminal);
    const { inventories, asList, someFailed, repository, digest, document } = await readTarget(invocation, terminal);
    const judged: JudgedImage[] = [];
    const ended = new Set(inventories.flatMap(({ packages }) => frozenLines(packages, store)));
    for (const line of ended) terminal.err(`tidewaiter: ${line}`);
    for (const inventory of inventories) {
      const judgedReport = withThreats(await scanReport(target, inventory, store), store);
      const whole = withSupport(judgedReport, store, cli.sourceDate ?? new Date().toISOString());
      const report = vex === undefined ? whole : withVex(whole, vex, { inventory, repository, digest, document });
      judged.push({ target, repository, inventory, report });
    }
    const reports = judged.map(({ report }) => report);
    const colour = terminal.isTty && cli.colourWanted && invocation.text('output') === undefined;
    const columns = widthOf(invocation, terminal);
    const text = (): string => {
      switch (format) {
        case 'table':
          return reports.map((report) => scanText(report, { columns, colour })).join('\n');
        case 'json':
          return jsonText(reports, asList);
        default:
          return documentText(format, judged, { createdAt: cli.sourceDate, terminal });
      }
    };
    await writeResult(text(), invocation, terminal);
    for (const report of reports) {
      if (!report.complete) tellPartial(imageLabel(target, report.image), report.problems, terminal);
    }
    return verdictOf(reports, { conditions, someFailed, terminal });
  } finally {
    store.close();
  }
}

function conditionsOf(invocation: Invocation): readonly Condition[] {
  return invocation.list('fail-on').map((text) => {
    const condition = parseCondition(text);
    if (!condition.ok) throw wrongUsage(`--fail-on: ${condition.error}.`);
    return condition.value;
  });
}

function maxAgeOf(invocation: Invocation): number | undefined {
  const text = invocation.text('max-age');
  if (text === undefined) return undefined;
  if (!/^\d{1,5}(?:\.\d{1,3})?$/.test(text)) throw wrongUsage(`--max-age wants a number of days, not "${text}".`);
  return Number(text);
}

function checkAge(store: AdvisoryStore, maxAgeDays: number | undefined, terminal: Terminal): void {
  const { path } = store;
  const oldestImportAt = store.oldestImportAt();
  if (oldestImportAt === undefined) {
    const message = `${path} holds no advisories, so nothing can be judged; import some with "tidewaiter advisories import PATH".`;
    throw missing(message);
  }
  const ageMs = Date.now() - Date.parse(oldestImportAt);
  const age = ageText(ageMs);
  if (maxAgeDays !== undefined && ageMs > maxAgeDays * dayMs) {
    throw missing(`The advisories in ${path} were imported ${age} ago, --max-age allows ${maxAgeDays} days.`);
  }
  if (maxAgeDays === undefined && ageMs > staleAfterDays * dayMs) {
    terminal.err(`tidewaiter: the advisories in ${path} were imported ${age} ago; newer ones may know more.`);
  }
}

function missing(message: string): CommandFailure {
  return new CommandFailure(exitCodes.advisoriesMissing, new UserError('advisories-missing', message));
}

interface Judged {
  readonly conditions: readonly Condition[];
  readonly someFailed: boolean;
  readonly terminal: Terminal;
}

/** A gate that cannot see everything does not open: what was not read might have been the finding. */
function verdictOf(reports: readonly ScanReport[], { conditions, someFailed, terminal }: Judged): ExitCode {
  const stopping = gated(
    reports.flatMap(({ findings }) => findings),
    conditions,
  );
  if (stopping.length > 0) {
    const texts = conditions.map(({ text }) => text).join(' or ');
    terminal.err(`tidewaiter: the gate says no: ${counted(stopping.length, 'finding')} for ${texts}.`);
    return exitCodes.gateSaysNo;
  }
  const isPartial = reports.some(({ complete }) => !complete);
  if (conditions.length > 0 && isPartial) {
    terminal.err('tidewaiter: the gate cannot say yes: no finding meets the condition, but not everything was read.');
    return exitCodes.targetUnreadable;
  }
  return someFailed ? exitCodes.targetUnreadable : exitCodes.done;
}
