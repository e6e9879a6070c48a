import { namesIn } from '../spec-extraction';
import { elixirLock } from './elixir-lock';

describe('mix.lock', () => {
  it('names packages of Hex by their own names', async () => {
    const lock = `%{
  "jason": {:hex, :jason, "1.4.0", "e855647bc964a44e2f67df589ccf49105ae039d4179db7f6271dfd3843dc27e6", [:mix], [{:decimal, "~> 1.0 or ~> 2.0", [hex: :decimal, repo: "hexpm", optional: true]}], "hexpm", "79a3"},
  "alias": {:hex, :plug_cowboy, "2.6.0-rc.1", "d1", [:mix], [], "hexpm", "0b"},
  "from_git": {:git, "https://git.example/x.git", "0123456789", []},
}
`;
    expect(await namesIn(elixirLock, 'app/mix.lock', lock)).toEqual(['jason@1.4.0', 'plug_cowboy@2.6.0-rc.1']);
  });

  it('without dependencies names none; anything else is a problem', async () => {
    expect(await namesIn(elixirLock, 'mix.lock', '%{\n}\n')).toEqual([]);
    expect(await namesIn(elixirLock, 'mix.lock', '[]')).toEqual(['lock-unreadable']);
  });

  it('says so when it is cut off', async () => {
    const cut = '%{\n  "jason": {:hex, :jason, "1.4.0", "e8", [:mix], [], "hexpm", "79"},\n  "plug": {:hex, ';
    expect(await namesIn(elixirLock, 'mix.lock', cut)).toEqual(['jason@1.4.0', 'lock-entry-invalid']);
  });
});

describe('rebar.lock', () => {
  it('says so when it is cut off', async () => {
    const cut = '{"1.2.0",\n[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0},\n {<<"ran';
    expect(await namesIn(elixirLock, 'rebar.lock', cut)).toEqual(['cowboy@2.9.0', 'lock-entry-invalid']);
  });

  it('names packages of Hex, of every version of the format', async () => {
    const lock = `{"1.2.0",
[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0},
 {<<"ours">>,{git,"https://git.example/x.git",{ref,"0123"}},0},
 {<<"ranch">>,{pkg,<<"ranch">>,<<"1.8.0">>},1}]}.
[{pkg_hash,[{<<"cowboy">>, <<"865DD8B6607E14CF03282E10E934023A1BD8BE6F6BACF921A7E2A96D800CD452">>}]}].
`;
    expect(await namesIn(elixirLock, 'app/rebar.lock', lock)).toEqual(['cowboy@2.9.0', 'ranch@1.8.0']);
    const broken = `{"1.2.0",
 [{<<"unicode_util_compat_with_a_rather_long_name_here">>,
   {pkg,<<"unicode_util_compat_with_a_rather_long_name_here">>,
        <<"0.7.0-alpha.1">>},
   1}]}.
`;
    expect(await namesIn(elixirLock, 'app/rebar.lock', broken)).toEqual([
      'unicode_util_compat_with_a_rather_long_name_here@0.7.0-alpha.1',
    ]);
    expect(await namesIn(elixirLock, 'app/rebar.lock', '[].\n')).toEqual([]);
    expect(await namesIn(elixirLock, 'app/rebar.lock', '')).toEqual(['lock-unreadable']);
  });
});
