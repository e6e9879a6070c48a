import type { InventoryPackage } from '@tidewaiter/contracts';
import { withSourceEpochs } from './source-epochs';

function rpm(name: string, version: string, source: string, ecosystem = 'Rocky Linux:9'): InventoryPackage {
  return {
    ecosystem,
    name,
    version,
    purl: `pkg:rpm/x/${name}`,
    source: { name: 'perl', version: source },
    locations: [],
  };
}

const libs = rpm('perl-libs', '4:5.32.1-480.el9', '4:5.32.1-480.el9');
const errno = rpm('perl-Errno', '1.30-480.el9', '5.32.1-480.el9');

describe('withSourceEpochs', () => {
  it('trap: a subpackage with a version of its own has its source’s epoch from the packages beside it', () => {
    expect(withSourceEpochs([errno, libs])).toEqual([
      { ...errno, source: { name: 'perl', version: '4:5.32.1-480.el9' } },
      libs,
    ]);
  });

  it('takes nothing from another build of the source, nor where epochs are always stated', () => {
    const older = rpm('perl-Errno', '1.30-479.el9', '5.32.1-479.el9');
    const debian = rpm('perl-base', '5.32.1-480.el9', '5.32.1-480.el9', 'Debian:12');
    expect(withSourceEpochs([older, libs])).toEqual([older, libs]);
    expect(withSourceEpochs([debian, libs])).toEqual([debian, libs]);
  });
});
