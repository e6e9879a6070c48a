import { join } from 'node:path';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import { startRegistryProxy, type RegistryProxy } from './registry-proxy';

/** An Azure Container Registry on this machine, behind a proxy that sees what is asked of it. */
export interface WatchedRegistry {
  readonly name: string;
  /** As clients write it in a reference. */
  readonly host: string;
  readonly url: string;
  readonly login: { readonly username: string; readonly password: string };
  readonly webhookSecret: string;
  readonly proxy: RegistryProxy;
  /** Its entry in the file of TIDEWAITER_CONFIG. */
  readonly definition: object;
  /** Starts to serve; its webhook calls this receiver. Pushes go straight to `pushUrl`. */
  open(receiverUrl: string): Promise<AcrEmulator>;
  close(): Promise<void>;
}

/** Its address is known before it serves: the installation that watches it is configured with it. */
export async function createWatchedRegistry(directory: string): Promise<WatchedRegistry> {
  const proxy = await startRegistryProxy();
  const login = { username: 'pusher', password: 'password-of-the-pusher' };
  const name = 'harbour';
  const webhookSecret = 'secret-of-the-webhook-0123';
  let emulator: AcrEmulator | undefined;
  return {
    name,
    host: proxy.host,
    url: proxy.url,
    login,
    webhookSecret,
    proxy,
    definition: {
      name,
      kind: 'acr',
      endpoint: proxy.url,
      credentials: { kind: 'basic', ...login },
      webhookSecret,
      allowInsecure: true,
    },
    async open(receiverUrl) {
      emulator = await startAcrEmulator({
        dataDir: join(directory, 'registry'),
        port: 0,
        loginServer: proxy.host,
        users: [login],
        webhooks: [
          {
            name: 'tidewaiter',
            url: `${receiverUrl}/hooks/acr/${name}`,
            headers: { Authorization: `Bearer ${webhookSecret}` },
            actions: ['push', 'delete'],
            scope: '',
          },
        ],
      });
      proxy.forwardTo(emulator.url);
      return emulator;
    },
    async close() {
      await emulator?.close();
      await proxy.close();
    },
  };
}
