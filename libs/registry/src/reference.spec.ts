import { parseReference } from './reference';
import { containing, thrownBy } from './spec-support';

const hex = 'a'.repeat(64);
const digest = `sha256:${hex}`;

describe('a reference', () => {
  it.each([
    ['nginx', { registry: 'registry-1.docker.io', repository: 'library/nginx', tag: 'latest' }],
    ['team/api:1.0', { registry: 'registry-1.docker.io', repository: 'team/api', tag: '1.0' }],
    ['docker.io/nginx:1', { registry: 'registry-1.docker.io', repository: 'library/nginx', tag: '1' }],
    ['contoso.azurecr.io/team/api:1.4.2', { registry: 'contoso.azurecr.io', repository: 'team/api', tag: '1.4.2' }],
    ['localhost/api', { registry: 'localhost', repository: 'api', tag: 'latest' }],
    ['127.0.0.1:5000/api', { registry: '127.0.0.1:5000', repository: 'api', tag: 'latest' }],
    ['[::1]:5000/api:x', { registry: '[::1]:5000', repository: 'api', tag: 'x' }],
    [`host:5000/api@${digest}`, { registry: 'host:5000', repository: 'api', digest }],
    [`host:5000/api:1@${digest}`, { registry: 'host:5000', repository: 'api', tag: '1', digest }],
  ])('%s is read as Docker reads it', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  it.each([
    ['', 'repository name'],
    ['https://contoso.azurecr.io/api', 'URL scheme'],
    ['Contoso/API', 'repository name'],
    ['host:5000/', 'repository name'],
    ['host.io/api:', 'not a tag'],
    ['host.io/api:a b', 'not a tag'],
    ['host.io/api@sha256:123', 'not a digest'],
    [`host.io/api@${digest}@${digest}`, 'more than one'],
    ['ho_st.io/api', 'not a host name'],
    ['user:pass@host.io/api', 'not a digest'],
    [`host.io/${'a'.repeat(700)}`, 'too long'],
  ])('%s is refused with the reason', (text, reason) => {
    expect(thrownBy(() => parseReference(text))).toMatchObject({
      code: 'reference-invalid',
      message: containing(reason),
    });
  });

  it('is refused in no time, however it is made', () => {
    const before = process.cpuUsage();
    for (const hostile of [
      `${'a-'.repeat(290)}.x/!`,
      `${'a/'.repeat(290)}!`,
      `h.io/${'a_'.repeat(290)}`,
      ':'.repeat(600),
    ]) {
      expect(() => parseReference(hostile)).toThrow();
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(200);
  });
});
