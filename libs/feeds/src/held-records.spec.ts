import { HeldRecords } from './held-records';

function heldOf(count: number, record: { readonly ecosystems: readonly string[]; readonly isEmpty: boolean }) {
  const held = new HeldRecords<number>({ before: 100, maxShrinkPercent: 20 });
  for (let n = 0; n < count; n += 1) held.hold(`GHSA-${n}`, { row: n, ...record });
  return held;
}

const ended = new Set(['Ubuntu:20.04:LTS']);

it('keeps what may still be believed', () => {
  const npm = { ecosystems: ['npm'], isEmpty: true };
  expect(heldOf(20, npm).rows()).toHaveLength(20);
  const tooMany = heldOf(40, npm);
  expect(tooMany.rows()).toEqual([]);
  expect(tooMany.ids).toHaveLength(40);
  expect(tooMany.missed(ended)).toBe(40);
});

it('misses nothing that was said of a release which ended', () => {
  const over = heldOf(40, { ecosystems: [...ended], isEmpty: true });
  expect(over.rows()).toHaveLength(40);
  expect(over.missed(ended)).toBe(0);
  expect(over.missed(new Set())).toBe(40);
  expect(heldOf(15, { ecosystems: [...ended, 'Ubuntu:24.04:LTS'], isEmpty: true }).missed(ended)).toBe(15);
  expect(heldOf(15, { ecosystems: [...ended], isEmpty: false }).missed(ended)).toBe(15);
});
