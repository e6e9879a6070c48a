import { describeWithTool } from '@tidewaiter/testing';
import { disagreements } from '../spec-fresh-pairs';
import { rubygems } from './scheme';

describeWithTool('ruby', 'rubygems scheme, against the RubyGems of this machine', () => {
  it('agrees on versions that no file holds', () => {
    expect(disagreements(rubygems, ['ruby'], 'order.rb')).toEqual([]);
  }, 30_000);
});
