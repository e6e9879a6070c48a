import { jsonMembers, type JsonMember } from './json-members';

async function read(text: string, pieceBytes: number, maxMemberBytes = 1000, list?: string): Promise<JsonMember[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
    }
  }
  const members: JsonMember[] = [];
  for await (const member of jsonMembers(pieces(), { maxMemberBytes, ...(list !== undefined && { list }) }))
    members.push(member);
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

  it.each(['', '[1]', '{"a":1', '{"a":1}{"b":2}', '{"a":}', '{"a"', 'null', '<html>', '{"a":1,b}', '{"a":1]'])(
    'of %j are a fault',
    async (text) => {
      await expect(read(text, 3)).rejects.toMatchObject({ code: 'json-invalid' });
    },
  );

  it('are bounded, each', async () => {
    await expect(read(JSON.stringify({ a: 'x'.repeat(2000) }), 100)).rejects.toMatchObject({ code: 'json-invalid' });
  });

  it.each([1, 2, 7, 1000])(
    'come element by element where they are the list, in pieces of %i bytes',
    async (pieceBytes) => {
      const wanted = [
        { key: 'n', value: 1 },
        { key: 'list', value: [] },
        { key: 'list', value: { a: [1, '],{'] }, index: 0 },
        { key: 'list', value: 'x', index: 1 },
        { key: 'list', value: [[2], 3], index: 2 },
        { key: 'others', value: [1, { list: [2] }] },
      ];
      const text = JSON.stringify(
        { n: 1, list: [{ a: [1, '],{'] }, 'x', [[2], 3]], others: [1, { list: [2] }] },
        null,
        1,
      );
      expect(await read(text, pieceBytes, 1000, 'list')).toEqual(wanted);
      expect(await read('{"list":[]}', pieceBytes, 1000, 'list')).toEqual([{ key: 'list', value: [] }]);
      expect(await read('{"list":{"a":[1]}}', pieceBytes, 1000, 'list')).toEqual([{ key: 'list', value: { a: [1] } }]);
    },
  );

  it('are bounded in a list by the element, not by the list', async () => {
    const long = JSON.stringify({ list: Array.from({ length: 100 }, () => 'x'.repeat(50)) });
    expect(await read(long, 64, 100, 'list')).toHaveLength(101);
    await expect(read(JSON.stringify({ list: ['x'.repeat(2000)] }), 64, 100, 'list')).rejects.toMatchObject({
      code: 'json-invalid',
    });
  });

  it.each([
    '{"list":[1,2',
    '{"list":[1,2]',
    '{"list":[1 2]}',
    '{"list":[1]2,"b":3}',
    '{"list":[1}',
    '{"list":[1}}',
    '{x"list":[1]}',
  ])('of %j, with a list, are a fault', async (text) => {
    await expect(read(text, 3, 1000, 'list')).rejects.toMatchObject({ code: 'json-invalid' });
  });
});
