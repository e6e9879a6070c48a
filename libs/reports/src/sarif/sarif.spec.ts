import { sarifFaults } from '@tidewaiter/testing';
import { empty, judged, tool, vouched } from '../spec-subjects';
import { sarif } from './sarif';

interface Run {
  tool: { driver: { rules: Record<string, unknown>[] } };
  automationDetails: { id: string };
  invocations: Record<string, unknown>[];
  results: Record<string, unknown>[];
}

function runsOf(subjects = [judged]): Run[] {
  return (sarif.document(subjects, { tool }) as { runs: Run[] }).runs;
}

/** The document as it is written: without the fields that have no value. */
function written(subjects = [judged]): unknown {
  return JSON.parse(JSON.stringify(sarif.document(subjects, { tool })));
}

describe('sarif', () => {
  it('is valid by the official schema', () => {
    expect(sarifFaults(written([judged, empty]))).toEqual([]);
    expect(sarifFaults({ version: '2.1.0' })).not.toEqual([]);
  });

  it('suppresses what somebody vouches for, and no other result', () => {
    const [run] = runsOf([vouched()]);
    expect(run?.results.map(({ ruleId, suppressions }) => [ruleId, suppressions])).toEqual([
      ['GHSA-aaaa-bbbb-cccc', undefined],
      [
        'CVE-2023-5363',
        [{ kind: 'external', status: 'accepted', justification: expect.stringContaining('By Acme (acme.json)') }],
      ],
    ]);
    expect(sarifFaults(written([vouched()]))).toEqual([]);
  });

  it('makes a rule of a vulnerability, with a severity that code scanning understands', () => {
    const [rule, open] = runsOf()[0]?.tool.driver.rules ?? [];
    expect(rule).toMatchObject({
      id: 'CVE-2023-5363',
      helpUri: 'https://nvd.nist.gov/vuln/detail/CVE-2023-5363',
      defaultConfiguration: { level: 'error' },
      properties: { 'security-severity': '7.5', tags: ['vulnerability', 'security', 'high'] },
    });
    expect(rule?.help).toMatchObject({
      text: expect.stringContaining('(also DSA-5532-1, GHSA-xxxx)'),
      markdown: expect.stringContaining('Update libssl3 to a build of openssl 3.0.13-1\\~deb12u1 or later.'),
    });
    expect(open?.properties).toEqual({ precision: 'very-high', tags: ['vulnerability', 'security', 'unknown'] });
  });

  it.each([
    ['critical', undefined, '9.5'],
    ['critical', 9.8, '9.8'],
    ['medium', undefined, '5.5'],
    ['negligible', undefined, '0.1'],
  ] as const)('%s with the score %s is %s', (severity, score, expected) => {
    const [finding] = judged.report?.findings ?? [];
    if (finding === undefined || judged.report === undefined) throw new Error('no finding');
    const { score: _, ...unscored } = finding;
    const scored = { ...unscored, severity, ...(score === undefined ? {} : { score }) };
    const [run] = runsOf([{ ...judged, report: { ...judged.report, findings: [scored] } }]);
    expect(run?.tool.driver.rules[0]?.properties).toMatchObject({ 'security-severity': expected });
  });

  it('shows where in the image the package is, and which layer brought it', () => {
    const [ssl, scoped] = runsOf()[0]?.results ?? [];
    expect(ssl).toMatchObject({
      ruleId: 'CVE-2023-5363',
      ruleIndex: 0,
      kind: 'fail',
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'var/lib/dpkg/status', uriBaseId: 'IMAGE_ROOT' } },
          properties: { layerDiffId: `sha256:${'b'.repeat(64)}` },
        },
      ],
    });
    const locations = scoped?.locations as { physicalLocation: { artifactLocation: { uri: string } } }[];
    expect(locations.map(({ physicalLocation }) => physicalLocation.artifactLocation.uri)).toEqual([
      'app/node_modules/%40scope/name/package.json',
      'app/%C3%BCber%20uns/package.json',
      'usr/lib/node_modules/%40scope/name/package.json',
    ]);
  });

  it('leaves open what could not be judged', () => {
    expect(runsOf()[0]?.results[1]).toMatchObject({
      kind: 'open',
      level: 'none',
      message: { text: expect.stringContaining('the advisory names no version') },
    });
  });

  it('follows an alert over an update of the package', () => {
    const [finding] = judged.report?.findings ?? [];
    if (finding === undefined || judged.report === undefined) throw new Error('no finding');
    const package_ = { ...finding.package, version: '3.0.12-1' };
    const updated = { ...judged, report: { ...judged.report, findings: [{ ...finding, package: package_ }] } };
    expect(runsOf([updated])[0]?.results[0]?.partialFingerprints).toEqual(runsOf()[0]?.results[0]?.partialFingerprints);
  });

  it('notifies of what could not be read', () => {
    expect(runsOf()[0]?.invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          {
            descriptor: { id: 'file-invalid' },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'app/package.json' } } }],
          },
          { descriptor: { id: 'ecosystem-not-covered' } },
        ],
      },
    ]);
    expect(runsOf([empty])[0]?.invocations).toMatchObject([{ executionSuccessful: true }]);
  });

  it('has a run for each image, told apart by its id', () => {
    expect(runsOf([judged, empty]).map(({ automationDetails }) => automationDetails.id)).toEqual([
      'tidewaiter/registry.example/team/app:1.0/linux/amd64/',
      'tidewaiter/./root fs/',
    ]);
  });
});
