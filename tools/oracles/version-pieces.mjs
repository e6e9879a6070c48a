/**
 * What random versions of several schemes are made of. The order counts: the generators pick by place, and their files are to come
 * out the same when they are made again.
 */

/** Of distributions' versions: numbers as long as they come, with noughts before them, and words of either case. */
export const pieces = [
  '0',
  '1',
  '2',
  '9',
  '10',
  '01',
  '007',
  '20240101',
  '99999999999999999999',
  'a',
  'b',
  'A',
  'Z',
  'rc',
  'git',
];

/** Of semantic versions and their relatives: noughts and ones are the most frequent numbers. */
export const smallNumbers = ['0', '0', '0', '1', '1', '2', '9', '10', '01'];

/** Labels behind the hyphen that the rules tell apart: numbers, a nought before one, letter case. */
export const firstLabels = ['0', '1', '2', '10', '01', 'alpha', 'Alpha'];
