import { go } from './scheme';

/** Texts with blanks, which the oracle files cannot hold. The go command cuts them in `gover.FromToolchain`. */
describe('toolchain versions with what their builder adds', () => {
  it.each([
    ['go1.22.1 X:nocoverageredesign', 'go1.22.1'],
    ['go1.21.7 (Red Hat 1.21.7-1.el9)', '1.21.7'],
    ['go1.19.4 X:boringcrypto,X:strictfipsruntime', '1.19.4'],
  ])('%s is %s', (raw, plain) => {
    const [a, b] = [go.parse(raw), go.parse(plain)];
    expect(a.ok && b.ok && go.compare(a.value, b.value)).toBe(0);
  });

  it('that are mostly digits are refused in time', () => {
    const start = performance.now();
    expect(go.parse(`go${'1'.repeat(100_000)}!`).ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('of a build between releases are refused', () => {
    expect(go.parse('devel go1.23-3f2a1b0c4d Mon Jan 8 10:00:00 2024 +0000').ok).toBe(false);
  });
});
