import { parseHook } from './parse-hook';

const digest = `sha256:${'a'.repeat(64)}`;
const target = { repository: 'team/api', digest, tag: '1.0' };

function parsed(source: 'acr' | 'distribution', body: unknown) {
  return parseHook(source, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
}

describe('a webhook body', () => {
  it('of ACR is one event', () => {
    expect(parsed('acr', { id: 'one', action: 'push', target })).toMatchObject({
      ok: true,
      value: { events: [{ eventId: 'one', action: 'push', repository: 'team/api', tag: '1.0', digest }], problems: [] },
    });
  });

  it('of a distribution registry is its events; those that cannot be read are named and do not stop the others', () => {
    const events = [
      { id: 'one', action: 'push', target },
      { action: 'push', target: { repository: '../..' } },
    ];
    expect(parsed('distribution', { events })).toMatchObject({
      ok: true,
      value: { events: [{ eventId: 'one' }], problems: [{ code: 'hook-malformed' }] },
    });
  });

  it.each([
    ['acr', '', 'hook-not-json'],
    ['acr', '{"id":', 'hook-not-json'],
    ['acr', '[]', 'hook-malformed'],
    ['acr', 'null', 'hook-malformed'],
    ['acr', '{"action":"push","target":{}}', 'hook-malformed'],
    ['acr', '{"action":"format-disk"}', 'hook-action-unknown'],
    ['distribution', '{}', 'hook-malformed'],
    ['distribution', '{"events":[]}', 'hook-malformed'],
  ] as const)('of %s that is %j is refused as %s', (source, body, code) => {
    expect(parsed(source, body)).toMatchObject({ ok: false, error: { code } });
  });
});
