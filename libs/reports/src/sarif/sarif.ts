import type { Problem } from '@tidewaiter/contracts';
import type { ReportContext, ReportFormat, ReportSubject } from '../report-format';
import { allFindings, imagePurl, isComplete, platformOf, problemsOf } from '../subject';
import { artifactInImage, rootBase } from './artifact-location';
import { resultsOf } from './results';
import { rulesOf } from './rules';

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export const sarif: ReportFormat = {
  id: 'sarif',
  of: ['scan'],
  holdsSeveral: true,
  document: (subjects, context) => ({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: subjects.map((subject) => runOf(subject, context)),
  }),
};

function runOf(subject: ReportSubject, { tool }: ReportContext): object {
  const { target, inventory } = subject;
  const findings = allFindings(subject);
  const rules = rulesOf(findings);
  const platform = platformOf(subject);
  return {
    tool: { driver: { ...tool, rules } },
    // Runs of one upload must differ in it, and the same run of the next upload must not.
    automationDetails: { id: ['tidewaiter', target, ...(platform === undefined ? [] : [platform])].join('/') + '/' },
    invocations: [
      {
        executionSuccessful: isComplete(subject),
        toolExecutionNotifications: problemsOf(subject).map(notificationOf),
      },
    ],
    originalUriBaseIds: { [rootBase]: { description: { text: 'The root directory of the image' } } },
    columnKind: 'utf16CodeUnits',
    results: resultsOf(findings, inventory.packages, { target, ruleIds: rules.map(({ id }) => id) }),
    properties: {
      target,
      imageDigest: inventory.image.digest,
      imagePurl: imagePurl(subject),
      platform,
      os: inventory.image.os?.prettyName ?? inventory.image.os?.id,
    },
  };
}

function notificationOf(problem: Problem): object {
  const { code, message, layer, path } = problem;
  return {
    descriptor: { id: code },
    level: 'warning',
    message: { text: message },
    ...(path === undefined ? {} : { locations: [{ physicalLocation: { artifactLocation: artifactInImage(path) } }] }),
    ...(layer === undefined ? {} : { properties: { layer } }),
  };
}
