import { createEntraCredential } from './entra-credential';

describe('an Entra credential', () => {
  it.each([
    ['contoso.azurecr.io', {}, ['https://containerregistry.azure.net', 'https://management.azure.com']],
    ['contoso.azurecr.cn', {}, ['https://containerregistry.azure.cn', 'https://management.chinacloudapi.cn']],
    ['contoso.azurecr.us:443', {}, ['https://containerregistry.azure.us', 'https://management.usgovcloudapi.net']],
    [
      'registry.internal',
      { cloud: 'china' },
      ['https://containerregistry.azure.cn', 'https://management.chinacloudapi.cn'],
    ],
    ['contoso.azurecr.io', { audience: 'https://management.azure.com/' }, ['https://management.azure.com']],
  ] as const)('for %s with %j asks for %j', async (registry, place, expected) => {
    const asked: string[] = [];
    const identity = {
      getToken: (scope: string) => {
        asked.push(scope);
        return Promise.resolve({ token: 'entra' });
      },
    };
    const credential = createEntraCredential({ registry, identity: () => Promise.resolve(identity), ...place });
    for (const audience of credential.audiences) expect(await credential.getToken(audience)).toBe('entra');
    expect(asked).toEqual(expected.map((audience) => `${audience}/.default`));
  });

  it.each([
    [() => Promise.resolve(null), 'entra-token-failed'],
    [() => Promise.reject(new Error('AADSTS70021: No matching federated identity')), 'entra-token-failed'],
    [() => Promise.reject(new Error('AADSTS500011: The resource principal')), 'entra-audience-unknown'],
  ])('says when there is no token to be had', async (getToken, code) => {
    const identity = () => Promise.resolve({ getToken });
    const credential = createEntraCredential({ registry: 'contoso.azurecr.io', identity });
    await expect(credential.getToken('https://containerregistry.azure.net')).rejects.toMatchObject({ code });
  });
});
