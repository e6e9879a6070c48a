import { severities } from '@tidewaiter/contracts';
import type {
  FeedFailing,
  FeedFrozen,
  ImageVerdict,
  NotificationPayload,
  Rematch,
  VulnerabilityChange,
} from '../notifications.schema';
import { composeSlack } from './compose-slack';
import type { SlackMessage } from './slack-message';

const publicUrl = 'https://tidewaiter.example';
const digest = `sha256:${'ab'.repeat(32)}`;
const none = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };

/** Names that try to be more than names. */
const hostileNames = [
  '<!channel> <!here> <@U012AB3CD> <https://evil.example|click>',
  '&lt;!channel&gt; &amp;',
  '`*bold* _it_ ~no~` ``` code',
  'line\nbreak\r\n<!everyone>\u0000\u001b[31m',
  '\u202egnp.exe\u2066 zero\u200bwidth',
  '\ud800 lone surrogate \udfff',
  '👩‍👩‍👧‍👦'.repeat(500),
  '<'.repeat(5_000),
  '&'.repeat(5_000),
  'x'.repeat(100_000),
];

describe('the message about an image', () => {
  it('says what is new, the worst first, with its fix and where', () => {
    const text = shown(
      imageVerdict({
        counts: { ...none, critical: 1, high: 2 },
        fixable: 2,
        packages: 120,
        findings: [
          finding({ vulnerability: 'CVE-2024-0003', severity: 'high', fixedIn: '3.1' }),
          finding({ vulnerability: 'CVE-2024-0001', severity: 'critical', score: 9.8, isNew: true }),
          finding({ vulnerability: 'CVE-2024-0002', severity: 'high', score: 7.5, fixedIn: '3.0.2' }),
        ],
        previous: { digest, opened: 1, fixed: 4 },
      }),
    );
    expect(text).toContain('1 new finding in team/api:1.4.2');
    expect(text).toContain('*1 critical* · 2 high in 120 packages; 2 of 3 can be fixed by an update.');
    expect(text).toContain('*1 new*, 4 fixed');
    expect(text).toContain('*critical* (9.8) _new_ `CVE-2024-0001` in `openssl 3.0.1`, no fix yet');
    expect(text).toContain('`CVE-2024-0002` in `openssl 3.0.1`, fixed in `3.0.2`');
    expect([...text.matchAll(/CVE-2024-000\d/g)].map(String)).toEqual([
      'CVE-2024-0001',
      'CVE-2024-0002',
      'CVE-2024-0003',
    ]);
    expect(text).toContain('`acr/team/api:1.4.2`');
    expect(text).toContain(`<${publicUrl}/images/1|Open in Tidewaiter>`);
    expect(text).not.toContain('more');
  });

  it('says that a clean image is clean, and of how much that is said', () => {
    const text = shown(imageVerdict({ packages: 88 }));
    expect(text).toContain('team/api:1.4.2: no known vulnerabilities');
    expect(text).toContain('No known vulnerability in 88 packages.');
    expect(text).not.toContain('⚠️');
  });

  it.each<[string, Partial<ImageVerdict>, string]>([
    [
      'partial',
      { images: [{ digest, platform: 'linux/arm64', state: 'partial', complete: false }] },
      '`linux/arm64` was read only in part',
    ],
    ['incomplete', { images: [{ digest, state: 'scanned', complete: false }] }, 'was read only in part'],
    ['with problems', { problems: 2 }, '2 problems while reading'],
    ['with undecided findings', { undetermined: 7 }, '7 possible findings could not be decided'],
    ['without packages', { packages: 0 }, 'No package was recognised'],
  ])('never calls an image clean that was judged %s', (_what, change, said) => {
    const text = shown(imageVerdict(change));
    expect(text).toContain('nothing found, but not all could be judged');
    expect(text).toContain(said);
    expect(text).not.toMatch(/no known vulnerabilities/);
  });

  it('says that an unsupported image was not judged, and why', () => {
    const images = [
      { digest, platform: 'windows/amd64', state: 'unsupported' as const, complete: false, reason: 'Windows image' },
    ];
    const text = shown(imageVerdict({ images }));
    expect(text).toContain('team/api:1.4.2 could not be judged');
    expect(text).toContain('`windows/amd64` is not supported and was not judged: Windows image');
    expect(text).toContain('Nothing in it was judged.');
    expect(text).not.toMatch(/no known/i);
  });

  it('counts what it does not list', () => {
    const findings = Array.from({ length: 5_000 }, (_, index) => finding({ vulnerability: `CVE-2024-${index}` }));
    const message = composeSlack(imageVerdict({ findings, counts: { ...none, high: 5_000 } }), publicUrl);
    expectWithinLimits(message);
    expect(textOf(message)).toContain('… and 4,990 more');
  });
});

describe('the message about changed advisories', () => {
  it('says what is new first, the worst of it first, and where it is', () => {
    const text = shown(
      rematch([
        change({ vulnerability: 'CVE-2024-0004', change: 'closed', severity: 'critical' }),
        change({ vulnerability: 'CVE-2024-0002', severity: 'low' }),
        change({ vulnerability: 'CVE-2024-0003', change: 'fix-available', severity: 'critical' }),
        change({ vulnerability: 'CVE-2024-0001', severity: 'critical', imageCount: 31_789 }),
      ]),
    );
    expect(text).toContain('2 new vulnerabilities in images you have, the worst critical');
    const order = ['CVE-2024-0001', 'CVE-2024-0002', 'CVE-2024-0003', 'CVE-2024-0004'];
    expect([...text.matchAll(/`(CVE-2024-000\d)`/g)].map((match) => match[1])).toEqual(order);
    expect(text).toContain('`openssl 3.0.1` (fixed in `3.0.2`)');
    expect(text).toContain('in `team/api:1.4.2`, and 31,788 more images');
  });

  it.each<[VulnerabilityChange['change'], string]>([
    ['opened', 'CVE-2024-0001 (high) affects 1 image'],
    ['closed', 'CVE-2024-0001 no longer affects 1 image'],
    ['severity-changed', 'CVE-2024-0001 is now high, in 1 image'],
    ['fix-available', 'A fix for CVE-2024-0001 is available, for 1 image'],
    ['fix-withdrawn', 'There is no fix for CVE-2024-0001 any more, for 1 image'],
    ['verdict-changed', 'CVE-2024-0001: the verdict changed for 1 image'],
  ])('has a headline of its own when a single vulnerability is %s', (kind, said) => {
    expect(shown(rematch([change({ change: kind })]))).toContain(said);
  });

  it('counts what it does not list', () => {
    const changes = Array.from({ length: 5_000 }, (_, index) => change({ vulnerability: `CVE-2024-${index}` }));
    const message = composeSlack(rematch(changes, 37), publicUrl);
    expectWithinLimits(message);
    const listed = [...textOf(message).matchAll(/`CVE-/g)].length;
    expect(listed).toBeGreaterThan(10);
    expect(textOf(message)).toContain(`… and ${(5_037 - listed).toLocaleString('en-US')} more`);
  });
});

describe('names made by others', () => {
  it.each(hostileNames.map((name) => [JSON.stringify(name).slice(0, 40), name] as const))(
    'stay text and within the limits: %s',
    (_shownName, name) => {
      const findings = severities.map((severity) =>
        finding({ vulnerability: name, severity, package: { name, version: name }, fixedIn: name, isNew: true }),
      );
      const images = Array.from({ length: 100 }, () => ({
        digest: name,
        platform: name,
        state: 'partial' as const,
        complete: false,
        reason: name,
      }));
      const verdict = imageVerdict({
        registry: name,
        repository: name,
        tag: name,
        digest: name,
        findings,
        images,
        undetermined: 5,
        problems: 3,
      });
      const packages = Array.from({ length: 20 }, () => ({ name, version: name, fixedIn: name }));
      const changes = Array.from({ length: 1_000 }, () =>
        change({ vulnerability: name, summary: name, packages, images: Array.from({ length: 20 }, () => name) }),
      );
      const ended = frozen({ feed: name, releases: hostileNames.map(() => name), releaseCount: 100 });
      for (const payload of [
        verdict,
        { ...rematch(changes), feed: name },
        failing({ feed: name, reason: name }),
        ended,
      ]) {
        const message = composeSlack(payload, publicUrl);
        expectWithinLimits(message);
        expectOnlyOurMarkup(message);
      }
    },
  );
});

describe('the message about a source that fails', () => {
  it('says since when, why, and what still counts', () => {
    const text = shown(failing({ reason: 'https://a.example/json answered 503' }));
    expect(text).toContain('Advisories of debian-tracker could not be read since 2026-11-25 10:00 UTC');
    expect(text).toContain('Why: `https://a.example/json answered 503`');
    expect(text).toContain('still counts (41,000 records)');
    expect(shown(failing({}))).not.toContain('Why');
  });
});

describe('the message about releases that are frozen', () => {
  it('says which, since when and what that means', () => {
    const text = shown(frozen({}));
    expect(text).toContain('Advisories of osv say nothing of Ubuntu:20.04:LTS any more');
    expect(text).toContain('Since 2026-11-25 10:00 UTC: `Ubuntu:20.04:LTS`.');
    expect(text).toContain('are not found in images with this release');
  });

  it('counts what it does not list', () => {
    const text = shown(frozen({ releases: ['Ubuntu:20.04:LTS', 'Ubuntu:18.04:LTS'], releaseCount: 5 }));
    expect(text).toContain('say nothing of 5 releases any more');
    expect(text).toContain('`Ubuntu:20.04:LTS`, `Ubuntu:18.04:LTS` and 3 more.');
  });
});

/** Facts of Slack: 50 blocks, header 150, section 3,000, fallback 4,000, about 13,200 characters in all blocks. */
function expectWithinLimits({ text, blocks }: SlackMessage): void {
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(4_000);
  expect(blocks.length).toBeLessThanOrEqual(50);
  for (const block of blocks) {
    for (const part of partsOf(block)) {
      expect(part.length).toBeGreaterThan(0);
      expect(part.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000);
      expect(part.isWellFormed()).toBe(true);
    }
  }
  expect(blocks.flatMap(partsOf).join('').length).toBeLessThanOrEqual(13_000);
}

function expectOnlyOurMarkup({ text, blocks }: SlackMessage): void {
  for (const part of [text, ...blocks.flatMap(partsOf)]) {
    const withoutOurLinks = part.replaceAll(/<https:\/\/tidewaiter\.example\/[a-z0-9/]*\|Open (in )?Tidewaiter>/g, '');
    expect(withoutOurLinks).not.toMatch(/[<>]/);
    expect(part.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    // Nothing is cut inside an escape.
    expect(withoutOurLinks.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
  }
}

type Block = SlackMessage['blocks'][number];

function partsOf(block: Block): readonly string[] {
  if (block.type === 'header') return [block.text.text];
  if (block.type === 'section') {
    expect(block.text).toMatchObject({ type: 'mrkdwn', verbatim: true });
    return block.text === undefined ? [] : [block.text.text];
  }
  return block.elements.flatMap((element) => ('text' in element ? [element.text] : []));
}

function textOf({ blocks }: SlackMessage): string {
  return blocks.flatMap(partsOf).join('\n');
}

function shown(payload: NotificationPayload): string {
  const message = composeSlack(payload, publicUrl);
  expectWithinLimits(message);
  return textOf(message);
}

function imageVerdict(change: Partial<ImageVerdict>): ImageVerdict {
  return {
    kind: 'image-verdict',
    registry: 'acr',
    repository: 'team/api',
    tag: '1.4.2',
    digest,
    images: [{ digest, platform: 'linux/amd64', state: 'scanned', complete: true }],
    counts: none,
    fixable: 0,
    undetermined: 0,
    findings: [],
    problems: 0,
    links: { image: '/images/1' },
    ...change,
  };
}

function finding(change: Partial<ImageVerdict['findings'][number]>): ImageVerdict['findings'][number] {
  return {
    vulnerability: 'CVE-2024-0001',
    severity: 'high',
    package: { name: 'openssl', version: '3.0.1' },
    ...change,
  };
}

function rematch(vulnerabilities: VulnerabilityChange[], omitted = 0): Rematch {
  return { kind: 'rematch', feed: 'osv', vulnerabilities, omitted };
}

function frozen(part: Partial<FeedFrozen>): FeedFrozen {
  const releases = ['Ubuntu:20.04:LTS'];
  return { kind: 'feed-frozen', feed: 'osv', since: '2026-11-25T10:00:00.000Z', releases, releaseCount: 1, ...part };
}

function failing(part: Partial<FeedFailing>): FeedFailing {
  return { kind: 'feed-failing', feed: 'debian-tracker', since: '2026-11-25T10:00:00.000Z', records: 41_000, ...part };
}

function change(part: Partial<VulnerabilityChange>): VulnerabilityChange {
  return {
    vulnerability: 'CVE-2024-0001',
    change: 'opened',
    severity: 'high',
    packages: [{ name: 'openssl', version: '3.0.1', fixedIn: '3.0.2' }],
    packageCount: 1,
    images: ['team/api:1.4.2'],
    imageCount: 1,
    ...part,
  };
}
