import { extracted, namesIn } from '../spec-extraction';
import { beam } from './beam';

describe('an .app file', () => {
  it('names an application and the directory it owns', async () => {
    const text = `%% generated
{application, 'cowboy', [
\t{description, "Small, fast, modern HTTP server."},
\t{vsn, "2.9.0"},
\t{modules, ['cowboy']},
\t{applications, [kernel,stdlib]}
]}.
`;
    const path = 'app/lib/cowboy-2.9.0/ebin/cowboy.app';
    expect(await extracted(beam, path, text)).toEqual({
      packages: [{ name: 'cowboy', version: '2.9.0' }],
      ownedFiles: [{ statedIn: path, paths: [], directories: ['app/lib/cowboy-2.9.0'] }],
      problems: [],
    });
  });

  it('of Erlang or Elixir itself is no package of Hex', async () => {
    expect(await namesIn(beam, 'lib/crypto-5.1/ebin/crypto.app', '{application,crypto,[{vsn,"5.1"}]}.')).toEqual([]);
    expect(await namesIn(beam, 'lib/logger/ebin/logger.app', '{application,logger,[{vsn,"1.15.0"}]}.')).toEqual([]);
  });

  it.each(['', '{application, a, []}.', '{vsn, "1"}', 'not a term'])('that is %j is a problem', async (content) => {
    expect(await namesIn(beam, 'lib/a/ebin/a.app', content)).toEqual(['beam-application-invalid']);
  });
});
