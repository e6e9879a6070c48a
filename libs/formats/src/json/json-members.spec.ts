import { jsonMembers, type JsonMember } from './json-members';

async function read(text: string, pieceBytes: number, maxMemberBytes = 1000): Promise<JsonMember[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
    }
  }
  const members: JsonMember[] = [];
  for await (const member of jsonMembers(pieces(), { maxMemberBytes })) members.push(member);
  return members;
}

const document = { a: { b: [1, { c: '},{"' }] }, 'q"k': 'x\\"y', é: null, n: 1.5, '': [] };

describe('the members of a JSON object', () => {
  it.each([1, 2, 7, 1000])('come out as they are, in pieces of %i bytes', async (pieceBytes) => {
    const wanted = Object.entries(document).map(([key, value]) => ({ key, value }));
    expect(await read(JSON.stringify(document), pieceBytes)).toEqual(wanted);
    expect(await read(` \n${JSON.stringify(document, null, 2)}\n`, pieceBytes)).toEqual(wanted);
    expect(await read('{}', pieceBytes)).toEqual([]);
  });

  it.each(['', '[1]', '{"a":1', '{"a":1}{"b":2}', '{"a":}', '{"a"', 'null', '<html>', '{"a":1,b}'])(
    'of %j are a fault',
    async (text) => {
      await expect(read(text, 3)).rejects.toMatchObject({ code: 'json-invalid' });
    },
  );

  it('are bounded, each', async () => {
    await expect(read(JSON.stringify({ a: 'x'.repeat(2000) }), 100)).rejects.toMatchObject({ code: 'json-invalid' });
  });
});
