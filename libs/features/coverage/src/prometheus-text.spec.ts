import { gaugeText } from './prometheus-text';

it('writes a gauge as the format has it, with what labels may not hold escaped', () => {
  expect(
    gaugeText('records', 'Records known.', [
      { labels: { feed: 'osv:npm' }, value: 2 },
      { labels: { feed: 'a"b\\c\nd', kind: 'x' }, value: 0.5 },
    ]),
  ).toBe(
    '# HELP records Records known.\n# TYPE records gauge\n' +
      'records{feed="osv:npm"} 2\nrecords{feed="a\\"b\\\\c\\nd",kind="x"} 0.5\n',
  );
});
