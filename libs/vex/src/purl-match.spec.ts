import { namesImage } from './purl-match';

describe('a purl as the name of an image', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const image = { repositories: ['docker.io/aquasec/trivy'], digests: [digest], architecture: 'amd64' };

  it.each([
    'pkg:oci/trivy',
    'pkg:oci/trivy?repository_url=index.docker.io%2Faquasec%2Ftrivy',
    'pkg:oci/trivy?repository_url=docker.io/aquasec',
    `pkg:oci/trivy@sha256%3A${'a'.repeat(64)}?arch=amd64`,
    `pkg:oci/whatever@${digest}`,
    `pkg:oci/trivy@${digest}?tag=latest`,
  ])('is it: %s', (stated) => {
    expect(namesImage(stated, image)).toBe(true);
  });

  it.each([
    'pkg:oci/other',
    'pkg:oci/trivy?repository_url=ghcr.io/aquasecurity/trivy',
    `pkg:oci/trivy@sha256:${'b'.repeat(64)}`,
    'pkg:oci/trivy?arch=arm64',
    'pkg:oci/trivy?tag=latest',
    'pkg:oci/trivy?unheard=of',
    'pkg:docker/aquasec/trivy',
    'trivy',
  ])('is not it: %s', (stated) => {
    expect(namesImage(stated, image)).toBe(false);
  });

  it.each(['/', ':'])('reads a repository of mostly "%s" in time', (sign) => {
    const start = performance.now();
    expect(namesImage(`pkg:oci/trivy?repository_url=x${sign.repeat(100_000)}/y`, image)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('knows the tag of a repository from the port of its registry', () => {
    const local = { ...image, repositories: ['localhost:5000/aquasec/trivy'] };
    for (const tag of ['', ':1.0', '/']) {
      expect(namesImage(`pkg:oci/trivy?repository_url=localhost:5000/aquasec/trivy${tag}`, local)).toBe(true);
    }
  });
});
