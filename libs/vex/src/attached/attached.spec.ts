import { mayBeVex, mayHoldVex, readAttachedVex } from './attached';

const subject = `sha256:${'a'.repeat(64)}`;

const document = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://acme.example/vex',
  author: 'Acme',
  timestamp: '2026-01-01T00:00:00Z',
  statements: [
    {
      vulnerability: { name: 'CVE-2024-1' },
      products: ['pkg:deb/debian/zlib'],
      status: 'not_affected',
      justification: 'component_not_present',
    },
  ],
};

function attestation(predicateType: string, digest = subject) {
  return {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ name: 'team/api', digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType,
    predicate: document,
  };
}

function envelope(content: unknown) {
  const payload = Buffer.from(JSON.stringify(content)).toString('base64');
  return { payloadType: 'application/vnd.in-toto+json', payload, signatures: [{ sig: '' }] };
}

const openVex = 'https://openvex.dev/ns/v0.2.0';

describe('what is attached to an image', () => {
  it.each([
    ['as it is', document],
    ['as an in-toto statement', attestation(openVex)],
    ['in an envelope', envelope(attestation(openVex))],
    [
      'in a bundle',
      { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: envelope(attestation(openVex)) },
    ],
  ])('is read %s', (_form, json) => {
    const { statements, problems } = readAttachedVex(json, subject);
    expect(statements).toMatchObject([{ author: 'Acme', vulnerabilities: ['CVE-2024-1'], status: 'not_affected' }]);
    expect(problems).toEqual([]);
  });

  it('says nothing when it is an attestation about something else', () => {
    const provenance = envelope(attestation('https://slsa.dev/provenance/v1'));
    expect(readAttachedVex(provenance, subject)).toEqual({ statements: [], problems: [] });
  });

  it.each([
    ['vex-subject-other', envelope(attestation(openVex, `sha256:${'b'.repeat(64)}`))],
    ['vex-format-unknown', { payloadType: 'application/vnd.in-toto+json', payload: 'bm8ganNvbg==' }],
    ['vex-format-unknown', ['anything']],
  ])('is a problem, %s, when it cannot be used', (code, json) => {
    expect(readAttachedVex(json, subject)).toMatchObject({ statements: [], problems: [{ code }] });
  });
});

describe('what is worth reading', () => {
  it.each([
    ['application/vnd.openvex+json', true],
    ['application/vnd.in-toto+json', true],
    ['application/vnd.dev.cosign.artifact.att.v1+json', true],
    ['application/vnd.oci.empty.v1+json', true],
    [undefined, true],
    ['application/vnd.cncf.notary.signature', false],
    ['application/spdx+json', false],
  ])('of type %s: %s', (artifactType, expected) => {
    expect(mayHoldVex(artifactType)).toBe(expected);
  });

  it.each([
    [{ mediaType: 'application/vnd.dsse.envelope.v1+json' }, true],
    [{ mediaType: 'application/json', artifactType: 'application/vnd.openvex+json' }, true],
    [{ mediaType: 'application/vnd.cyclonedx.vex+json' }, true],
    [{ mediaType: 'application/vnd.cyclonedx+json' }, false],
    [
      {
        mediaType: 'application/vnd.dsse.envelope.v1+json',
        annotations: { predicateType: 'https://cyclonedx.org/bom' },
      },
      false,
    ],
  ])('of a document: %j %s', (stated, expected) => {
    expect(mayBeVex(stated)).toBe(expected);
  });
});
