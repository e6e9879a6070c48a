import { z } from 'zod';
import { timeOrderedId } from './time-ordered-id';

describe('a time-ordered id', () => {
  it('is a UUID of version 7', () => {
    const ids = Array.from({ length: 1_000 }, () => timeOrderedId());
    expect(ids.filter((id) => !z.uuidv7().safeParse(id).success)).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins with its time, as in the example of RFC 9562, appendix A.6', () => {
    expect(timeOrderedId(Date.UTC(2022, 1, 22, 19, 22, 22))).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab]/);
  });

  it('sorts as the times do', () => {
    const ids = [0, 1, 255, 1e9, 1.7e12, 1.8e12].map((time) => timeOrderedId(time));
    expect([...ids].reverse().sort()).toEqual(ids);
  });
});
