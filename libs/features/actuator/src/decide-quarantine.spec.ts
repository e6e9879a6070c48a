import {
  decideQuarantine,
  type HoldRules,
  type ImageFacts,
  type OpenFinding,
  type QuarantineFacts,
} from './decide-quarantine';
import { quarantineDetails } from './quarantine-details';

const rules: HoldRules = { holdFrom: 'high', holdExploited: true, holdMalicious: true, releaseUncovered: false };

function finding(change: Partial<OpenFinding> = {}): OpenFinding {
  return {
    vulnerability: 'CVE-2024-1',
    severity: 'low',
    state: 'affected',
    exploited: false,
    malicious: false,
    ...change,
  };
}

function image(change: Partial<ImageFacts> = {}): ImageFacts {
  return {
    digest: 'sha256:a',
    state: 'scanned',
    isImage: true,
    reason: undefined,
    findings: [],
    uncovered: [],
    ...change,
  };
}

function facts(...images: readonly ImageFacts[]): QuarantineFacts {
  return { scan: { state: 'finished' }, images };
}

function decide(images: readonly ImageFacts[], change: Partial<HoldRules> = {}) {
  return decideQuarantine(facts(...images), { ...rules, ...change });
}

describe('what becomes of an image in quarantine', () => {
  it('is released when it was read whole and nothing in it is held for', () => {
    expect(decide([image({ findings: [finding(), finding({ severity: 'medium' })] })])).toEqual({
      verdict: 'release',
      reason: 'nothing in it is held for (high or worse, known exploited, malicious)',
    });
  });

  it.each([
    [finding({ severity: 'high' }), 'CVE-2024-1 (high)'],
    [finding({ severity: 'critical', state: 'undetermined' }), 'CVE-2024-1 (critical, undetermined)'],
    [finding({ exploited: true }), 'CVE-2024-1 (low, known exploited)'],
    [finding({ severity: 'unknown', malicious: true }), 'CVE-2024-1 (unknown, malicious)'],
  ])('is held for what the rules name', (bad, reason) => {
    expect(decide([image({ findings: [finding({ vulnerability: 'CVE-2024-2' }), bad] })])).toEqual({
      verdict: 'hold',
      reason,
    });
  });

  it('is held for no severity, for nothing exploited and nothing malicious where the rules say so', () => {
    const findings = [finding({ severity: 'critical', exploited: true, malicious: true })];
    const change = { holdFrom: 'never', holdExploited: false, holdMalicious: false } as const;
    expect(decide([image({ findings })], change)).toEqual({
      verdict: 'release',
      reason: 'nothing in it is held for (no rule holds anything)',
    });
  });

  it('names the worst first, each once, and how many more there are', () => {
    const many = ['3', '4', '5', '6', '7', '3'].map((id) => finding({ vulnerability: `CVE-${id}`, severity: 'high' }));
    const { reason } = decide([image({ findings: [...many, finding({ vulnerability: 'MAL-1', malicious: true })] })]);
    expect(reason).toBe('MAL-1 (low, malicious), CVE-3 (high), CVE-4 (high), CVE-5 (high), CVE-6 (high) and 1 more');
  });

  it('waits when it was read in part only, even if what was read is clean', () => {
    const partial = image({ state: 'partial', reason: 'a layer is damaged' });
    expect(decide([image(), partial])).toEqual({
      verdict: 'wait',
      reason: 'image sha256:a was read in part only: a layer is damaged',
    });
    expect(decide([image({ state: 'unsupported', reason: 'windows' })]).verdict).toBe('wait');
    expect(decide([image({ state: 'failed' })]).verdict).toBe('wait');
  });

  it('is held when it was read in part only and what was read is bad', () => {
    expect(decide([image({ state: 'partial', findings: [finding({ severity: 'high' })] })]).verdict).toBe('hold');
  });

  it('waits when no feed knows its packages, unless the rules let that through', () => {
    const unknown = [image({ uncovered: ['Wolfi'] })];
    expect(decide(unknown)).toMatchObject({ verdict: 'wait', reason: expect.stringContaining('Wolfi') as unknown });
    expect(decide(unknown, { releaseUncovered: true }).verdict).toBe('release');
  });

  it('releases signatures and attestations, of which nothing is run, and does not wait for them beside an image', () => {
    const attestation = image({ state: 'unsupported', isImage: false, reason: 'an attestation' });
    expect(decide([attestation])).toEqual({ verdict: 'release', reason: 'it is no image: nothing of it is run' });
    expect(decide([image(), attestation]).verdict).toBe('release');
    expect(decide([image({ state: 'partial' }), attestation]).verdict).toBe('wait');
  });

  it.each([
    [{ state: 'none' }, 'nobody has asked for its scan'],
    [{ state: 'queued' }, 'its scan is queued'],
    [{ state: 'cancelled' }, 'its scan was cancelled'],
    [{ state: 'finished' }, 'its scan found nothing behind it'],
    [{ state: 'failed', error: 'the registry is down' }, 'its scan failed: the registry is down'],
  ] as const)('waits as long as nothing is known of it, and says why', (scan, reason) => {
    expect(decideQuarantine({ scan, images: [] }, rules)).toEqual({ verdict: 'wait', reason });
  });
});

describe('the details beside the mark', () => {
  const link = 'https://tidewaiter.test/api/v1/images/sha256:a';

  it('count what is affected by severity, and say in words what ACR has no word for', () => {
    const findings = (['critical', 'high', 'high', 'negligible', 'unknown'] as const).map((severity) =>
      finding({ severity }),
    );
    const undecided = finding({ severity: 'medium', state: 'undetermined' });
    const details = quarantineDetails(
      facts(image({ findings: [...findings, undecided] })),
      { reason: 'too bad' },
      { isReleased: false, link },
    );
    expect(JSON.parse(details)).toEqual({
      scanner: 'tidewaiter',
      state: 'scan failed',
      link,
      result: {
        version: '1',
        summary: [
          { severity: 'Critical', count: 1 },
          { severity: 'High', count: 2 },
          { severity: 'Medium', count: 0 },
          { severity: 'Low', count: 0 },
          { severity: 'None', count: 1 },
        ],
        description: 'too bad; 1 of unknown severity',
      },
    });
  });

  it('keep to the 1,024 characters ACR allows', () => {
    const details = quarantineDetails(facts(), { reason: 'x'.repeat(2_000) }, { isReleased: true, link });
    expect(JSON.parse(details)).toMatchObject({
      state: 'scan passed',
      result: { description: 'x'.repeat(1_024) },
    });
  });
});
