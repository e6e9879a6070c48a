import { text } from 'node:stream/consumers';
import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry';
import { createCertificate, describeWithTool, type Certificate } from '@tidewaiter/testing';
import type { AcrEmulator } from './emulator';
import { Harness, sha256 } from './spec-support';

/** Microsoft's own client, unmodified. It insists on TLS, so the emulator gets a certificate and the client its authority. */
describeWithTool('openssl', '@azure/container-registry against the emulator', () => {
  const harness = new Harness();
  const accessToken = 'an.entra.token';
  const identities = [{ subject: 'watcher', accessToken }];
  const credential = {
    getToken: () => Promise.resolve({ token: accessToken, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  let emulator: AcrEmulator;
  let tls: Certificate;
  let options: { tlsOptions: { ca: string } };
  let client: ContainerRegistryClient;

  beforeAll(async () => {
    tls = createCertificate();
    emulator = await harness.emulator({ tls, identities, dataEndpoint: true });
    options = { tlsOptions: { ca: tls.cert } };
    client = new ContainerRegistryClient(emulator.url, credential, options);
    await seed();
  });

  afterAll(() => harness.close());

  async function upload(
    repository: string,
    salt: string,
    tags: readonly string[],
    url = emulator.url,
  ): Promise<string> {
    const content = new ContainerRegistryContentClient(url, repository, credential, options);
    const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', salt }));
    const layer = Buffer.from(`layer ${salt}`);
    const [configBlob, layerBlob] = [await content.uploadBlob(config), await content.uploadBlob(layer)];
    const manifest = {
      schemaVersion: 2 as const,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { ...toDescriptor(configBlob), mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [{ ...toDescriptor(layerBlob), mediaType: 'application/vnd.oci.image.layer.v1.tar' }],
    };
    let digest = '';
    for (const tag of tags) digest = (await content.setManifest(manifest, { tag })).digest;
    return digest;
  }

  function toDescriptor(blob: { digest: string; sizeInBytes: number }) {
    return { digest: blob.digest, size: blob.sizeInBytes };
  }

  async function seed(): Promise<void> {
    for (const name of ['a/one', 'b/two', 'c/three', 'd/four', 'e/five']) await upload(name, name, ['1']);
    await upload('b/two', 'newer', ['2', '3', 'latest']);
  }

  it('lists repositories by pages', async () => {
    const pages: string[][] = [];
    for await (const page of client.listRepositoryNames().byPage({ maxPageSize: 2 })) pages.push([...page]);
    expect(pages).toEqual([['a/one', 'b/two'], ['c/three', 'd/four'], ['e/five']]);
  });

  it('reads the properties of a repository', async () => {
    const properties = await client.getRepository('b/two').getProperties();
    expect(properties).toMatchObject({ name: 'b/two', manifestCount: 2, tagCount: 4, canDelete: true });
    expect(Math.abs(properties.createdOn.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('locks a tag and unlocks it', async () => {
    const artifact = client.getArtifact('c/three', '1');
    await artifact.updateTagProperties('1', { canDelete: false });
    await expect(artifact.deleteTag('1')).rejects.toMatchObject({ statusCode: 405 });
    const { canDelete, canRead } = await artifact.updateTagProperties('1', { canDelete: true });
    expect([canDelete, canRead]).toEqual([true, true]);
  });

  it('lists manifests with their tags, newest first, by pages', async () => {
    const found: unknown[] = [];
    const listing = client.getRepository('b/two').listManifestProperties({ order: 'LastUpdatedOnDescending' });
    for await (const page of listing.byPage({ maxPageSize: 1 })) {
      for (const { tags, architecture, operatingSystem } of page) found.push({ tags, architecture, operatingSystem });
    }
    expect(found).toEqual([
      { tags: ['2', '3', 'latest'], architecture: 'amd64', operatingSystem: 'linux' },
      { tags: ['1'], architecture: 'amd64', operatingSystem: 'linux' },
    ]);
  });

  it('lists tags in both directions of time, by pages', async () => {
    const artifact = client.getArtifact('b/two', 'latest');
    const listed = async (order: 'LastUpdatedOnAscending' | 'LastUpdatedOnDescending') => {
      const names: string[] = [];
      const pages = artifact.listTagProperties({ order }).byPage({ maxPageSize: 2 });
      for await (const page of pages) names.push(...page.map((tag) => tag.name));
      return names;
    };
    expect(await listed('LastUpdatedOnAscending')).toEqual(['1', '2', '3', 'latest']);
    expect(await listed('LastUpdatedOnDescending')).toEqual(['latest', '3', '2', '1']);
  });

  it('reads the properties of one manifest and one tag', async () => {
    const artifact = client.getArtifact('b/two', '2');
    const tag = await artifact.getTagProperties('2');
    const manifest = await artifact.getManifestProperties();
    expect(tag.digest).toBe(manifest.digest);
    expect(manifest.tags).toEqual(['2', '3', 'latest']);
    expect(manifest.sizeInBytes).toBeGreaterThan(0);
  });

  it('pulls a manifest and a blob, through a redirect', async () => {
    const content = new ContainerRegistryContentClient(emulator.url, 'a/one', credential, options);
    const manifest = await content.getManifest('1');
    expect(manifest.digest).toBe(sha256(manifest.content));
    const blob = await content.downloadBlob(sha256('layer a/one'));
    expect(await text(blob.content)).toBe('layer a/one');
  });

  it('removes a tag, a manifest and a repository', async () => {
    await upload('x/gone', 'gone', ['1', '2']);
    const artifact = client.getArtifact('x/gone', '1');
    await artifact.deleteTag('1');
    await expect(artifact.getTagProperties('1')).rejects.toMatchObject({ statusCode: 404 });
    const content = new ContainerRegistryContentClient(emulator.url, 'x/gone', credential, options);
    const { digest } = await content.getManifest('2');
    await content.deleteManifest(digest);
    await expect(content.getManifest('2')).rejects.toMatchObject({ statusCode: 404 });
    await upload('x/gone', 'again', ['1']);
    await client.deleteRepository('x/gone');
    const names: string[] = [];
    for await (const name of client.listRepositoryNames()) names.push(name);
    expect(names).not.toContain('x/gone');
  });

  it('is refused with a token the registry does not know', async () => {
    const stranger = { getToken: () => Promise.resolve({ token: 'no', expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const refused = new ContainerRegistryClient(emulator.url, stranger, options);
    await expect(refused.getRepository('a/one').getProperties()).rejects.toMatchObject({ statusCode: 401 });
  });

  it('reads anonymously where that is allowed, and only there', async () => {
    await expect(new ContainerRegistryClient(emulator.url, options).listRepositoryNames().next()).rejects.toMatchObject(
      {
        statusCode: 401,
      },
    );
    const open = await harness.emulator({ tls, anonymousPull: true, identities });
    await upload('open/image', 'open', ['1'], open.url);
    const names = new ContainerRegistryClient(open.url, options).listRepositoryNames();
    expect(await names.next()).toEqual({ done: false, value: 'open/image' });
  });
});
