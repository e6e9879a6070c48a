import { ecosystems } from '@tidewaiter/ecosystems';
import { feeds } from '@tidewaiter/feeds';
import { coveragePage } from './coverage-page';

describe('coverage', () => {
  it('has feeds for ecosystems that exist alone', () => {
    const known = ecosystems.map((ecosystem) => ecosystem.advisoryEcosystem);
    const covered = feeds.flatMap((feed) => feed.covers);
    expect(covered.filter((ecosystem) => !known.includes(ecosystem))).toEqual([]);
  });

  it('has a row for every ecosystem, and tables whose rows are of one length', () => {
    const page = coveragePage();
    for (const { advisoryEcosystem } of ecosystems) expect(page).toContain(`| ${advisoryEcosystem} |`);
    for (const table of page.split('\n\n').filter((part) => part.startsWith('|'))) {
      expect(new Set(table.split('\n').map((row) => row.split(' | ').length)).size).toBe(1);
    }
  });
});
