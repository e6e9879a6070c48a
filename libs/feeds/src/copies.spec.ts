import { copyOfEachEcosystem } from './copies';

const older = '2024-01-01T00:00:00Z';
const newer = '2024-06-01T00:00:00.5Z';

describe('which copy of a record to believe', () => {
  it('is the newest one that names the ecosystem, releases counting as one', () => {
    const copies = [
      { part: 'Alpine', modified: newer, ecosystems: ['Alpine:v3.20', 'Debian:12'] },
      { part: 'Debian', modified: older, ecosystems: ['Debian:11', 'Debian:12'] },
    ];
    expect([...copyOfEachEcosystem(copies)]).toEqual([
      ['Alpine', 0],
      ['Debian', 0],
    ]);
  });

  it('is the export of that ecosystem when they are equally new', () => {
    const copies = [
      { part: 'Alpine', modified: newer, ecosystems: ['Alpine:v3.20', 'Debian:12'] },
      { part: 'Debian', modified: newer, ecosystems: ['Debian:12'] },
    ];
    expect(copyOfEachEcosystem(copies).get('Debian')).toBe(1);
  });

  it('keeps an ecosystem that only an older copy names', () => {
    const copies = [
      { part: 'PyPI', modified: older, ecosystems: ['PyPI'] },
      { part: 'npm', modified: newer, ecosystems: ['npm'] },
    ];
    expect([...copyOfEachEcosystem(copies)]).toEqual([
      ['PyPI', 0],
      ['npm', 1],
    ]);
  });
});
