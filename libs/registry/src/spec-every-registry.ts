import { mediaTypes } from '@tidewaiter/contracts';
import { createRegistryClient, type RegistryClient } from './client';
import { registrySource } from './registry-source';
import { collect, listed, pullImage, Pusher, sha256 } from './spec-support';

interface RegistryToTry {
  readonly host: string;
  /** May do everything. */
  readonly username: string;
  readonly password: string;
}

/** What holds of the client against any registry: the same suite for the CNCF's and for the emulator. */
export function everyRegistry(toTry: () => RegistryToTry): void {
  describe('the client against any registry', () => {
    let client: RegistryClient;
    let pusher: Pusher;
    let host: string;

    beforeAll(() => {
      const { username, password } = toTry();
      ({ host } = toTry());
      pusher = new Pusher(`http://${host}`, { username, password });
      client = createRegistryClient({
        registry: host,
        credentials: { kind: 'basic', username, password },
        pageSize: 2,
      });
    });

    it('signs in, and says when it may not', async () => {
      await client.ping();
      const wrong = { kind: 'basic', username: toTry().username, password: 'wrong' } as const;
      await expect(createRegistryClient({ registry: host, credentials: wrong }).ping()).rejects.toMatchObject({
        code: 'registry-unauthorized',
      });
      await expect(createRegistryClient({ registry: host }).ping()).rejects.toMatchObject({
        code: 'registry-unauthorized',
      });
    });

    it('reads an image by tag and by digest, with its blobs', async () => {
      const { bytes } = await pusher.image('team/read', '1.0');
      const source = registrySource(client, { repository: 'team/read', reference: '1.0' });
      const descriptor = await source.resolve();
      expect(descriptor).toEqual({ digest: sha256(bytes), mediaType: mediaTypes.dockerManifest, size: bytes.length });
      await pullImage(client, 'team/read', '1.0');
      expect(source.name).toBe(`${host}/team/read:1.0`);
    });

    it('lists tags and repositories over several pages', async () => {
      const tags = ['1', '2', '3', '4', '5'];
      for (const tag of tags) await pusher.image('many/tags', tag);
      for (const name of ['x/1', 'x/2', 'x/3']) await pusher.image(name, 'v');
      // The CNCF's gives tags in the order of its directory.
      expect((await listed(client.tags('many/tags'))).sort()).toEqual(tags);
      expect(await listed(client.catalog())).toEqual(expect.arrayContaining(['many/tags', 'x/1', 'x/2', 'x/3']));
    });

    it('says what is not there', async () => {
      await pusher.image('team/known', '1');
      await expect(client.manifest('team/known', '2')).rejects.toMatchObject({ code: 'manifest-unknown' });
      await expect(client.head('team/known', sha256('none'))).rejects.toMatchObject({ code: 'manifest-unknown' });
      await expect(listed(client.tags('team/unknown'))).rejects.toMatchObject({ code: 'repository-unknown' });
      await expect(collect(client.blob('team/known', { digest: sha256('none'), size: 1 }))).rejects.toMatchObject({
        code: 'blob-unknown',
      });
    });

    it('knows a manifest no longer that was deleted', async () => {
      const { digest } = await pusher.image('team/deleted', '1');
      await pusher.send('DELETE', `/v2/team/deleted/manifests/${digest}`);
      await expect(client.head('team/deleted', digest)).rejects.toMatchObject({ code: 'manifest-unknown' });
    });
  });
}
