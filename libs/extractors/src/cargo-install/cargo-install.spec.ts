import { defaultExtractLimits, layerFileOf } from '../extractor';
import { namesIn } from '../spec-extraction';
import { cargoInstall } from './cargo-install';

const list = `[v1]
"hexyl 0.14.0 (registry+https://github.com/rust-lang/crates.io-index)" = ["hexyl"]
"loc 0.3.0 (path+file:///src/loc)" = [
    "tool-a",
    "../../etc/tool-b",
]
"forked 1.0.0-rc.1 (git+https://git.example.org/forked?branch=x#0123456789)" = []
`;

const read = (content: string) => namesIn(cargoInstall, 'usr/local/cargo/.crates.toml', content);

describe('the list of cargo install', () => {
  it('names crates, wherever they came from', async () => {
    expect(await read(list)).toEqual(['hexyl@0.14.0', 'loc@0.3.0', 'forked@1.0.0-rc.1']);
  });

  it.each([
    ['usr/local/cargo/.crates.toml', 'usr/local/cargo/bin/'],
    ['.crates.toml', 'bin/'],
  ])('in %s says which programs in %s are theirs', async (path, bin) => {
    const context = { wantsOwner: () => true, limits: defaultExtractLimits };
    const { ownedFiles } = await cargoInstall.extract(layerFileOf(path, Buffer.from(list)), context);
    expect(ownedFiles).toEqual([
      { name: 'hexyl', version: '0.14.0', paths: [`${bin}hexyl`] },
      { name: 'loc', version: '0.3.0', paths: [`${bin}tool-a`] },
      { name: 'forked', version: '1.0.0-rc.1', paths: [] },
    ]);
  });

  it.each([
    ['', []],
    ['[v1]\n', []],
    ['[v1]\n"hexyl" = []\n', ['cargo-install-list-unreadable']],
    ['[v2]\n', ['cargo-install-list-unreadable']],
    ['= =', ['cargo-install-list-unreadable']],
  ])('that is %j gives %j', async (content, expected) => {
    expect(await read(content)).toEqual(expected);
  });
});
