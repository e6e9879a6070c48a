import { mayBePassedOn } from './passing-on';

it.each([
  ['osv', 'GHSA-35jh-r3h4-6jhm', true],
  ['osv', 'CGA-2222-3333-4444', false],
  ['wolfi', 'CVE-2024-2004', false],
  ['chainguard', 'CVE-2024-2004', false],
  ['debian-tracker', 'CVE-2024-2004', true],
])('%s %s may be passed on: %p', (feed, id, expected) => {
  expect(mayBePassedOn({ feed, id })).toBe(expected);
});
