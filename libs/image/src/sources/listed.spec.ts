import { listed } from './listed';

describe('names in a message', () => {
  it('are each there once, and of very many the first', () => {
    expect(listed(['b:2', 'a:1', 'b:2'])).toBe('a:1, b:2');
    expect(listed([])).toBe('');
    const many = listed(Array.from({ length: 50_000 }, (_, at) => `image:${at}`));
    expect(many).toMatch(/^image:0, image:1, .* and 49980 more$/);
    expect(listed(['x'.repeat(5_000)])).toHaveLength(256);
  });
});
