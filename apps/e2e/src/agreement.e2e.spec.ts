import { sampleAdvisories, type SampleImage } from '@tidewaiter/samples';
import { join } from 'node:path';
import { CliReport } from './cli-report.schema';
import { runTool } from './programs-of-the-system';
import { openSite, sampleOf, type Site } from './site';

const program = join(import.meta.dirname, '../../../bin/tidewaiter');

/** The command line and the server are two ways to the same engine. */
describe('the command line and the server', () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite({ advisories: sampleAdvisories });
  }, 90_000);
  afterAll(() => site.close(), 30_000);

  async function scanned(reference: string, platform: string): Promise<CliReport> {
    const { username, password } = site.registry.login;
    const words = ['scan', `${site.registry.host}/${reference}`, '--insecure', '--platform', platform];
    const login = ['--username', username, '--password-stdin'];
    const how = ['--advisories', site.advisories, '--format', 'json'];
    return CliReport.parse(JSON.parse(await runTool(program, [...words, ...login, ...how], { input: password })));
  }

  it.each([
    ['shop/web:1.0', 9],
    ['shop/web:1.1', 7],
    ['shop/api:2.3', 2],
    ['platform/proxy:0.4', 1],
    ['tools/odd:1', 3],
  ])(
    'find the same in %s',
    async (reference, count) => {
      const [repository = '', tag = ''] = reference.split(':');
      await site.push(repository === 'tools/odd' ? odd : sampleOf(repository, tag));
      const { digest, platform } = await site.installation.api.scannedImage(repository, tag);
      const report = await scanned(reference, platform ?? '');
      expect(report.image).toMatchObject({ digest, platform });
      const findings = await site.installation.api.findings(digest);
      expect(findings).toHaveLength(count);
      expect(sorted(findings)).toEqual(sorted(report.findings));
      expect(sorted(await site.installation.api.packages(digest))).toEqual(sorted(report.packages));
    },
    60_000,
  );
});

/** What nobody can decide, and what is there twice. */
const odd: SampleImage = {
  repository: 'tools/odd',
  tag: '1',
  platforms: [
    {
      os: 'linux',
      architecture: 'amd64',
      layers: [
        {
          createdBy: 'COPY one',
          files: [module('one', 'lodash', 'not-a-version'), module('two', 'minimist', '1.2.0')],
        },
        { createdBy: 'COPY two', files: [module('three', 'minimist', '1.2.0'), module('four', 'lodash', '4.17.20')] },
      ],
    },
  ],
};

function module(root: string, name: string, version: string): { path: string; content: string } {
  return { path: `${root}/node_modules/${name}/package.json`, content: JSON.stringify({ name, version }) };
}

/** In an order of its own: the two list by different habits. */
function sorted<T>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
