import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeAsRoot, describeWithTool } from '@tidewaiter/testing';
import { expectedFindings, osvRecordOf, planRecords } from './debian-advisories';
import { installedPackages, makeDebianImage, type DebianImage, type InstalledPackage } from './debian-image';
import { startDockerRegistry, type DockerRegistry } from './docker-registry';
import { freePort } from './ports';
import { runTool } from './programs-of-the-system';
import { openSite, type Site } from './site';
import { until } from './until';

const tools = ['debootstrap', 'umoci', 'skopeo', 'dpkg', 'dpkg-query', 'docker-registry'];
const secret = 'secret-of-the-notifications';

describeAsRoot('a Debian root', () => describeWithTool(tools, 'made by debootstrap, packed by umoci', debianRoot));

function debianRoot(): void {
  let directory: string;
  let debian: DebianImage;
  let installed: readonly InstalledPackage[];
  let expected: readonly string[];
  let site: Site;
  let telling: DockerRegistry;
  let silent: DockerRegistry;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewaiter-debian-'));
    debian = await makeDebianImage(directory);
    installed = await installedPackages(debian.root);
    const records = planRecords(installed);
    expected = await expectedFindings(installed, records);
    const [tellingPort, silentPort] = [await freePort(), await freePort()];
    site = await openSite({
      advisories: records.map(osvRecordOf),
      moreRegistries: [plainRegistry('telling', tellingPort), plainRegistry('silent', silentPort)],
    });
    const url = `${site.installation.receiverUrl}/hooks/distribution/telling`;
    telling = await startDockerRegistry({
      directory: join(directory, 'telling'),
      port: tellingPort,
      notify: { url, secret },
    });
    silent = await startDockerRegistry({ directory: join(directory, 'silent'), port: silentPort });
  }, 900_000);

  afterAll(async () => {
    await telling.close();
    await silent.close();
    await site.close();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  async function push(reference: string, login: readonly string[] = []): Promise<void> {
    const target = ['--dest-tls-verify=false', ...login, `docker://${reference}`];
    await runTool('skopeo', ['copy', '--insecure-policy', `oci:${debian.layout}`, ...target]);
  }

  async function expectThisRoot(digest: string): Promise<void> {
    const packages = (await site.installation.api.packages(digest)).map(({ name, version, source }) => ({
      name,
      version,
      source: { name: source?.name ?? name, version: source?.version ?? version },
    }));
    expect(sorted(packages)).toEqual(sorted(installed));
    const findings = await site.installation.api.findings(digest);
    expect(findings.filter(({ verdict }) => verdict !== 'affected')).toEqual([]);
    expect(
      findings
        .map(
          ({ vulnerability, package: { name, version }, fixedIn }) =>
            `${vulnerability.id} ${name} ${version} -> ${fixedIn ?? 'none'}`,
        )
        .sort(),
    ).toEqual(expected);
  }

  it('is not trivial', () => {
    expect(installed.length).toBeGreaterThan(60);
    expect(installed.filter(({ name, source }) => name !== source.name).length).toBeGreaterThan(20);
    expect(installed.some(({ version, source }) => version !== source.version)).toBe(true);
    expect(installed.some(({ version }) => version.includes(':'))).toBe(true);
    expect(expected.length).toBeGreaterThan(3 * installed.length);
  });

  it('has the packages and findings that dpkg says, because it was pushed', async () => {
    const { username, password } = site.registry.login;
    await push(`${site.emulator.host}:${site.emulator.port}/debian/root:12`, [
      '--dest-creds',
      `${username}:${password}`,
    ]);
    const image = await site.installation.api.scannedImage('debian/root', '12');
    expect(image).toMatchObject({ state: 'scanned', complete: true, packages: installed.length });
    await expectThisRoot(image.digest);
    expect(await site.installation.api.scans('debian/root')).toMatchObject([{ cause: 'push', state: 'finished' }]);
  }, 120_000);

  it('has the same in a plain OCI registry that tells of pushes in its own way', async () => {
    await push(`${telling.host}/debian/told:12`);
    const image = await site.installation.api.scannedImage('debian/told', '12');
    await expectThisRoot(image.digest);
    const [scan] = await site.installation.api.scans('debian/told');
    // The layer is known from the other registry, by its content.
    expect(scan).toMatchObject({ cause: 'push', state: 'finished', pulledBytes: 0 });
  }, 120_000);

  it('has the same in one that tells nothing, when somebody asks for the scan', async () => {
    await push(`${silent.host}/debian/asked:12`);
    const scan = await site.installation.api.scan(`${silent.host}/debian/asked:12`);
    expect(scan).toMatchObject({ cause: 'user', state: 'finished', error: null });
    const image = await site.installation.api.scannedImage('debian/asked', '12');
    await expectThisRoot(image.digest);
  }, 120_000);

  it('makes one message of each push', async () => {
    for (const place of ['debian/root:12', 'debian/told:12', 'debian/asked:12']) {
      await until(`the message about ${place}`, () => site.slack.messages.find((message) => message.includes(place)));
    }
    expect(site.slack.messages).toHaveLength(3);
  }, 60_000);
}

function plainRegistry(name: string, port: number): object {
  return { name, kind: 'oci', endpoint: `http://127.0.0.1:${port}`, webhookSecret: secret, allowInsecure: true };
}

function sorted(packages: readonly InstalledPackage[]): readonly InstalledPackage[] {
  return [...packages].sort((a, b) => (a.name < b.name ? -1 : 1));
}
