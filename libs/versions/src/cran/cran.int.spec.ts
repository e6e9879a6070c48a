import { describeWithTool } from '@tidewaiter/testing';
import { disagreements } from '../spec-fresh-pairs';
import { cran } from './scheme';

describeWithTool('Rscript', 'cran scheme, against the R of this machine', () => {
  it('agrees on versions that no file holds', () => {
    expect(disagreements(cran, ['Rscript', '--vanilla'], 'order.R')).toEqual([]);
  }, 30_000);
});
