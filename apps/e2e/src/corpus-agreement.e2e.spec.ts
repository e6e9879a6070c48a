import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAdvisories } from './advisory-directory';
import { CliReport } from './cli-report.schema';
import { makeCorpus } from './corpus';
import { trackerOf } from './debian-tracker';
import { runTool } from './programs-of-the-system';
import type { RestFinding } from './rest-api.schema';
import { openSite, type Site } from './site';

const program = join(import.meta.dirname, '../../../bin/tidewaiter');

/** One verdict code, two places where the records lie: Postgres and SQLite. */
describe('the server, and the command line by a store that came through a bundle', () => {
  let directory: string;
  let site: Site;
  const { image, records, tracker, nvd } = makeCorpus();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewaiter-corpus-'));
    await writeAdvisories(join(directory, 'osv'), records);
    await writeFile(join(directory, 'tracker.json'), trackerOf(tracker));
    await writeFile(join(directory, 'nvd.json'), nvd);
    site = await openSite({ advisories: sources() });
  }, 120_000);
  afterAll(async () => {
    await site.close();
    await rm(directory, { recursive: true });
  }, 30_000);

  it('say the same of every package of a corpus', async () => {
    const open = path('open.db');
    await tidewaiter(['advisories', 'update', '--store', open], { ADVISORIES: sources() });
    await tidewaiter(['advisories', 'export', path('bundle'), '--store', open]);
    await tidewaiter(['advisories', 'import', path('bundle'), '--store', path('closed.db')]);
    await site.push(image);
    const { digest, platform } = await site.installation.api.scannedImage(image.repository, image.tag);
    const { username, password } = site.registry.login;
    const target = `${site.registry.host}/${image.repository}:${image.tag}`;
    const words = ['scan', target, '--insecure', '--platform', platform ?? '', '--store', path('closed.db')];
    const login = ['--username', username, '--password-stdin', '--format', 'json'];
    const report = CliReport.parse(JSON.parse(await tidewaiter([...words, ...login], {}, password)));
    const findings = await site.installation.api.findings(digest);
    expect(sorted(findings)).toEqual(sorted(report.findings));
    expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(['affected', 'undetermined']));
    expect(new Set(findings.map(({ advisory }) => advisory.feed))).toEqual(new Set(['osv', 'debian-tracker']));
    expect(new Set(findings.map(({ fixState }) => fixState)).size).toBeGreaterThanOrEqual(5);
    expect(new Set(findings.map(({ severitySource }) => severitySource))).toEqual(
      new Set(['Debian', 'GitHub', 'cna@example.com', 'nvd', 'osv', undefined]),
    );
    expect(findings.length).toBeGreaterThan(200);
  }, 120_000);

  function path(name: string): string {
    return join(directory, name);
  }

  function sources(): string {
    return `${path('osv')},debian-tracker=${path('tracker.json')},nvd=${path('nvd.json')}`;
  }

  function tidewaiter(
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
    input = '',
  ): Promise<string> {
    return runTool(program, words, { env: { HOME: directory, ...env }, input });
  }
});

/** In an order of its own: the two list by different habits. */
function sorted(findings: readonly RestFinding[]): readonly RestFinding[] {
  const each = findings.map((finding) => ({ ...finding, also: inOrder(finding.also) }));
  return inOrder(each);
}

function inOrder<T>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
