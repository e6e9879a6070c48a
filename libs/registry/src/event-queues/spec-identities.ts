import { startEntraEmulator, type EntraEmulator } from '@tidewaiter/acr-emulator';
import { createCertificate, trustCertificate, type Certificate } from '@tidewaiter/testing';

/** What a token is for that a queue must not take. */
export const registries = 'https://containerregistry.azure.net';
export const machine = { subject: 'object-of-machine' };
export const watcher = { subject: 'object-of-watcher', clientId: 'client-of-watcher' };
/** Has no role on any queue. */
export const stranger = { subject: 'object-of-stranger', clientId: 'client-of-stranger' };
/** Those that the queues of the specs let in. */
export const receivers = [machine.subject, watcher.subject];

export interface Identities {
  readonly entra: EntraEmulator;
  /** What this process trusts, for the queue as well. */
  readonly tls: Certificate;
  close(): Promise<void>;
}

/** The identities a machine may have, handed out by the emulator's instance metadata service for tokens of this audience. */
export async function startIdentities(audience: string): Promise<Identities> {
  const tls = createCertificate();
  trustCertificate(tls);
  const entra = await startEntraEmulator({
    tenantId: '11111111-2222-3333-4444-555555555555',
    audiences: [audience, registries],
    managedIdentities: [machine, watcher, stranger],
    tls,
  });
  process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = entra.metadataUrl;
  return {
    entra,
    tls,
    close: () => {
      Reflect.deleteProperty(process.env, 'AZURE_POD_IDENTITY_AUTHORITY_HOST');
      return entra.close();
    },
  };
}
