import { createEndpoint } from './endpoint';
import { thrownBy } from './spec-support';

describe('a registry address', () => {
  it.each([
    ['contoso.azurecr.io', undefined, 'https://contoso.azurecr.io'],
    ['localhost:5000', undefined, 'http://localhost:5000'],
    ['127.0.0.1', undefined, 'http://127.0.0.1'],
    ['[::1]:5000', undefined, 'http://[::1]:5000'],
    ['localhost:5000', false, 'https://localhost:5000'],
    ['registry.internal:5000', true, 'http://registry.internal:5000'],
    ['https://127.0.0.1:5000', undefined, 'https://127.0.0.1:5000'],
    ['http://registry.internal', true, 'http://registry.internal'],
    ['https://docker.io', undefined, 'https://registry-1.docker.io'],
    ['index.docker.io', undefined, 'https://registry-1.docker.io'],
  ])('%s (plain HTTP %s) is %s', (registry, plainHttp, origin) => {
    expect(createEndpoint({ registry, ...(plainHttp === undefined ? {} : { plainHttp }) }).origin).toBe(origin);
  });

  it('is not spoken to in plain HTTP unless that was allowed', () => {
    expect(thrownBy(() => createEndpoint({ registry: 'http://contoso.azurecr.io' }))).toMatchObject({
      code: 'plain-http-refused',
    });
  });

  it.each(['', 'host/path', 'https://user@host', 'https://host?x', 'ho st', 'host#x'])(
    '%s is no registry',
    (registry) => {
      expect(thrownBy(() => createEndpoint({ registry }))).toMatchObject({ code: 'registry-invalid' });
    },
  );
});

describe('the hosts a registry may send us to', () => {
  const contoso = createEndpoint({
    registry: 'contoso.azurecr.io',
    allowedHosts: ['CDN.example.com', '*.Example.net'],
  });
  const hub = createEndpoint({ registry: 'registry-1.docker.io' });

  it.each([
    'https://contoso.azurecr.io/v2/',
    'https://account.blob.core.windows.net/x?sig=y',
    'https://contoso.westeurope.data.azurecr.io/x',
    'https://cdn.example.com/x',
    'https://a.example.net/x',
  ])('%s is one, for content', (url) => {
    expect(() => contoso.assertAllowed(new URL(url), 'content')).not.toThrow();
  });

  it.each([
    'http://contoso.azurecr.io/v2/',
    'http://account.blob.core.windows.net/x',
    'https://evil.example.org/x',
    'https://blob.core.windows.net.evil.org/x',
    'https://example.net/x',
    'https://169.254.169.254/metadata',
    'file:///etc/passwd',
  ])('%s is none', (url) => {
    expect(thrownBy(() => contoso.assertAllowed(new URL(url), 'content'))).toMatchObject({ code: 'host-not-allowed' });
  });

  it('are fewer where credentials go', () => {
    expect(() => contoso.assertAllowed(new URL('https://account.blob.core.windows.net/'), 'token')).toThrow();
    expect(() => contoso.assertAllowed(new URL('https://contoso.azurecr.io/oauth2/token'), 'token')).not.toThrow();
    expect(() => hub.assertAllowed(new URL('https://auth.docker.io/token'), 'token')).not.toThrow();
  });

  // What they publish for firewalls: Docker's allow list, GitHub's and Red Hat's pages on pulling.
  it.each([
    ['docker.io', 'https://production.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs/x'],
    ['registry-1.docker.io', 'https://production.cloudfront.docker.com/x'],
    [
      'registry-1.docker.io',
      'https://docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com/registry-v2/x',
    ],
    ['ghcr.io', 'https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:x'],
    ['quay.io', 'https://cdn03.quay.io/x'],
    ['mcr.microsoft.com', 'https://westeurope.data.mcr.microsoft.com/x'],
  ])('of %s are known: %s', (registry, url) => {
    const endpoint = createEndpoint({ registry });
    expect(() => endpoint.assertAllowed(new URL(url), 'content')).not.toThrow();
    expect(thrownBy(() => endpoint.assertAllowed(new URL(url), 'token'))).toMatchObject({ code: 'host-not-allowed' });
  });

  it('are none that anybody can have at the same storage', () => {
    const url = new URL('https://mine.0123456789abcdef.r2.cloudflarestorage.com/x');
    expect(thrownBy(() => hub.assertAllowed(url, 'content'))).toMatchObject({ code: 'host-not-allowed' });
  });
});
