import { execFileSync } from 'node:child_process';
import { describeWithTool } from '@tidewaiter/testing';
import { freshPairs, orderOf } from '../spec-fresh-pairs';
import { pacman } from './scheme';

/** The oracle was made on another machine; this asks the vercmp of this one. */
describeWithTool('vercmp', 'pacman scheme, against the vercmp on the PATH', () => {
  it('agrees on versions that no file holds', () => {
    const wrong = freshPairs(pacman, 200).filter(([a, b]) => {
      return orderOf(pacman, a, b) !== Number(execFileSync('vercmp', [a, b], { encoding: 'utf8' }));
    });
    expect(wrong).toEqual([]);
  }, 30_000);
});
