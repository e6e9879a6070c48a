import { namesIn } from '../spec-extraction';
import { rustLock } from './rust-lock';

const read = (content: string) => namesIn(rustLock, 'app/Cargo.lock', content);

describe('Cargo.lock', () => {
  it('names what came from a registry or repository, not the project itself', async () => {
    const lock = `version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["serde"]

[[package]]
name = "serde"
version = "1.0.100"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "f4473e8506b213730ff2061073b48fa51dcc66349219e2e7c5608f0296a1d95a"

[[package]]
name = "from-git"
version = "0.2.0"
source = "git+https://git.example/from-git#0123456789"
`;
    expect(await read(lock)).toEqual(['serde@1.0.100', 'from-git@0.2.0']);
  });

  it.each(['', '[[package]', '[package]\nname = "a"\n', '[[package]]\nname = 1\n'])(
    'that is %j is a problem',
    async (content) => {
      expect(await read(content)).toEqual(['lock-unreadable']);
    },
  );
});
