import { describeWithTool } from '@tidewaiter/testing';
import { disagreements } from '../spec-fresh-pairs';
import { composer } from './scheme';

describeWithTool(['php', 'composer'], 'composer scheme, against the Composer of this machine', () => {
  it('agrees on versions that no file holds', () => {
    expect(disagreements(composer, ['php'], 'order.php')).toEqual([]);
  }, 30_000);
});
