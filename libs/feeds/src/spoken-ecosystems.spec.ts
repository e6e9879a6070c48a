import { ecosystemsSpokenFor } from './spoken-ecosystems';

const feed = { covers: ['npm', 'Hex', 'Debian'] };

it.each<[string, readonly string[], readonly string[], readonly string[]]>([
  [
    'a part speaks of its own ecosystem, in every release',
    ['npm', 'Debian'],
    ['npm', 'Debian:12'],
    ['npm', 'Debian:12'],
  ],
  ['and not of one that its records name in passing', ['npm'], ['npm', 'Hex'], ['npm']],
  ['unless that has a part as well', ['npm', 'Hex'], ['npm', 'Hex'], ['npm', 'Hex']],
  ['a part that is named after no ecosystem speaks of all', ['npm', 'all'], ['npm', 'Hex'], ['npm', 'Hex']],
  ['no part speaks of none', [], ['npm'], []],
])('%s', (_, parts, named, spokenFor) => {
  expect(ecosystemsSpokenFor(feed, parts, new Set(named))).toEqual(spokenFor);
});
