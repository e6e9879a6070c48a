import { extracted, namesIn } from '../spec-extraction';
import { lua } from './lua';

describe('a rockspec', () => {
  it('names an installed package by where it lies', async () => {
    const text = 'package = "lua-cjson"\nversion = "2.1.0-1"\ndescription = {\n   license = "MIT"\n}\n';
    const path = 'usr/local/lib/luarocks/rocks-5.1/lua-cjson/2.1.0-1/lua-cjson-2.1.0-1.rockspec';
    expect((await extracted(lua, path, text)).packages).toEqual([
      { name: 'lua-cjson', version: '2.1.0-1', licenses: ['MIT'] },
    ]);
  });

  it('that is mostly blank lines is read in time', async () => {
    const start = performance.now();
    const path = 'usr/local/lib/luarocks/rocks-5.1/lua-cjson/2.1.0-1/lua-cjson-2.1.0-1.rockspec';
    expect(await namesIn(lua, path, '\n'.repeat(100_000))).toEqual(['lua-cjson@2.1.0-1']);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('in a source tree names nothing', async () => {
    expect(await namesIn(lua, 'src/lua-cjson-2.1.0-1.rockspec', 'package = "lua-cjson"\n')).toEqual([]);
  });
});
