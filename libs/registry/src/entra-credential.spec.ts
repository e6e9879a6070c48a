import { createEntraCredential } from './entra-credential';

describe('an Entra credential', () => {
  it.each([
    ['contoso.azurecr.io', undefined, 'https://containerregistry.azure.net/.default'],
    ['contoso.azurecr.cn', undefined, 'https://containerregistry.azure.cn/.default'],
    ['contoso.azurecr.us:443', undefined, 'https://containerregistry.azure.us/.default'],
    ['contoso.azurecr.io', 'https://management.azure.com', 'https://management.azure.com/.default'],
  ])('for %s (audience %s) asks for %s', async (registry, audience, expected) => {
    const asked: string[] = [];
    const identity = {
      getToken: (scope: string) => {
        asked.push(scope);
        return Promise.resolve({ token: 'entra' });
      },
    };
    const credential = createEntraCredential({ registry, identity, ...(audience === undefined ? {} : { audience }) });
    expect(await credential.getToken()).toBe('entra');
    expect(asked).toEqual([expected]);
  });

  it('says when there is no token to be had', async () => {
    for (const getToken of [() => Promise.resolve(null), () => Promise.reject(new Error('AADSTS70021'))]) {
      const credential = createEntraCredential({ registry: 'contoso.azurecr.io', identity: { getToken } });
      await expect(credential.getToken()).rejects.toMatchObject({ code: 'entra-token-failed' });
    }
  });
});
