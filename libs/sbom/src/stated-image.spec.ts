import { statedImage } from './stated-image';
import { sbomOf } from './spec-documents';

const digest = `sha256:${'a'.repeat(64)}`;

describe('the image a document is about', () => {
  it.each([
    // As Trivy 0.74 writes it, and the purl specification.
    [`pkg:oci/app@${digest}?arch=amd64&repository_url=reg.example:5000%2Fteam%2Fapp`, 'reg.example:5000/team/app'],
    [`pkg:oci/app@sha256%3A${'a'.repeat(64)}?repository_url=reg.example/app&arch=amd64`, 'reg.example/app'],
    [`pkg:oci/app@${digest}?repository_url=reg.example&arch=amd64`, 'reg.example/app'],
    // As Syft 1.57 does in SPDX.
    [`pkg:oci/reg.example%3A5000%2Fteam%2Fapp@${digest}?arch=amd64&tag=1`, 'reg.example:5000/team/app'],
    [`pkg:oci/app@${digest}?arch=amd64`, 'app'],
    // What it makes of a directory.
    [`pkg:oci/%2Ftmp%2Fimages%2Fapp@${digest}?arch=amd64`, undefined],
    [`pkg:oci/..%2Fapp@${digest}?arch=amd64`, undefined],
  ])('%s', (purl, repository) => {
    const expected = { digest, architecture: 'amd64', ...(repository !== undefined && { repository }) };
    expect(statedImage({ purl, containerName: 'x.example/y' })).toEqual(expected);
  });

  it.each([
    ['reg.example/team/app', 'reg.example/team/app'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['/tmp/image.tar', undefined],
    ['./a.b/image', undefined],
    ['app', undefined],
    // A local one may be called so as well.
    ['library/app', undefined],
  ])('has the name %s', (containerName, repository) => {
    expect(statedImage({ containerName })).toEqual(repository && { repository });
  });

  it('is none where it is about something else', () => {
    expect(statedImage({ purl: 'pkg:npm/app@1', containerName: 'reg.example/app' })).toBeUndefined();
    expect(statedImage({})).toBeUndefined();
  });

  it('is read from CycloneDX and from SPDX', () => {
    const purl = `pkg:oci/app@${digest}?repository_url=reg.example%2Fapp`;
    const cyclonedx = (component: object) =>
      sbomOf({ bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { component }, components: [] }).image;
    expect(cyclonedx({ type: 'container', name: 'x', purl })).toEqual({ digest, repository: 'reg.example/app' });
    expect(cyclonedx({ type: 'container', name: 'reg.example/app', version: '1' })).toEqual({
      repository: 'reg.example/app',
    });
    expect(cyclonedx({ type: 'file', name: 'reg.example/app' })).toBeUndefined();
    const externalRefs = [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }];
    const image = { SPDXID: 'SPDXRef-I', name: 'x', primaryPackagePurpose: 'CONTAINER', externalRefs };
    const spdx = (...ids: readonly string[]) =>
      sbomOf({ spdxVersion: 'SPDX-2.3', packages: [image, { ...image, SPDXID: 'SPDXRef-J' }], documentDescribes: ids })
        .image;
    expect(spdx('SPDXRef-I')).toEqual({ digest, repository: 'reg.example/app' });
    expect(spdx('SPDXRef-I', 'SPDXRef-J')).toBeUndefined();
  });
});
