import { z } from 'zod';
import { keyset } from './page';

const numbers = (query: Readonly<Record<string, unknown>>) => keyset({ key: z.int(), query });
const options = { limit: 2, keyOf: (row: number) => row, toItem: (row: number) => `item ${String(row)}` };

describe('a keyset page', () => {
  it('ends with a cursor that starts after its last item', () => {
    const keys = numbers({ list: 'numbers' });
    const { items, next } = keys.page([1, 2, 3], options);
    expect(items).toEqual(['item 1', 'item 2']);
    expect(keys.after(next ?? '')).toBe(2);
    expect(next).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('has no next when nothing is left', () => {
    expect(numbers({}).page([1, 2], options).next).toBeNull();
    expect(numbers({}).page([], options)).toEqual({ items: [], next: null });
  });

  it('starts at the beginning without a cursor', () => {
    expect(numbers({}).after(undefined)).toBeUndefined();
  });
});

describe('a cursor', () => {
  const { next } = numbers({ list: 'numbers', sort: 'up', filter: undefined }).page([1, 2, 3], options);

  it('serves the same query however it is written down', () => {
    expect(numbers({ sort: 'up', list: 'numbers' }).after(next ?? '')).toBe(2);
  });

  it.each([
    { list: 'letters', sort: 'up' },
    { list: 'numbers', sort: 'down' },
    { list: 'numbers', sort: 'up', q: 'x' },
  ])('is refused by another query (%j)', (query) => {
    expect(() => numbers(query).after(next ?? '')).toThrow('belongs to another query');
  });

  it('is refused when its key is not one', () => {
    const query = { list: 'numbers' };
    const text = keyset({ key: z.string(), query }).page(['a', 'b', 'c'], {
      limit: 1,
      keyOf: (row) => row,
      toItem: (row) => row,
    });
    expect(() => numbers(query).after(text.next ?? '')).toThrow('belongs to another query');
    for (const made of ['', '!', 'null', Buffer.from('[]').toString('base64url')]) {
      expect(() => numbers(query).after(made)).toThrow('belongs to another query');
    }
  });
});
