import { progressWords } from './words';

describe('how far reading is', () => {
  it('is told in layers and megabytes, with tenths where there are few', () => {
    expect(progressWords({ done: 2, layers: 5, doneBytes: 31_400_000, bytes: 120_000_000 })).toBe(
      '2 of 5 layers, 31 of 120 MB',
    );
    expect(progressWords({ done: 0, layers: 1, doneBytes: 1_250_000, bytes: 3_000_000 })).toBe(
      '0 of 1 layer, 1.3 of 3.0 MB',
    );
  });
});
