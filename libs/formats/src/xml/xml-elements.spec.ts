import { xmlElements } from './xml-elements';
import { childOf, textOf } from './xml';

async function read(text: string, pieceBytes: number, maxElements = 100): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
    }
  }
  const limits = { maxDepth: 10, maxElements, maxAttributes: 10 };
  const seen: string[] = [];
  for await (const element of xmlElements(pieces(), new Set(['definition', 'test']), limits)) {
    seen.push(
      `${element.name} ${element.attributes.get('id') ?? ''} ${textOf(element, 'a') ?? ''}${childOf(element, 'definition') === undefined ? '' : ' nested'}`,
    );
  }
  return seen;
}

const document = `<?xml version="1.0" encoding="utf-8"?><o xmlns:l="x"><definitions><definition id="1"><a>é &amp; <![CDATA[<b>]]></a></definition>
  <other><a>no</a></other><definition id="2"><definition id="3"/></definition></definitions><l:test id="4"/></o>`;

describe('elements of a large document', () => {
  it.each([1, 7, 10_000])('come out whole, in pieces of %i bytes', async (pieceBytes) => {
    expect(await read(document, pieceBytes)).toEqual(['definition 1 é & <b>', 'definition 2  nested', 'test 4 ']);
  });

  it.each(['', '<o><definition>', '<o></p>', 'not XML', '<o>&nbsp;</o>'])('of %j are a fault', async (text) => {
    await expect(read(text, 3)).rejects.toMatchObject({ code: 'xml-invalid' });
  });

  it('are bounded each, not together', async () => {
    const many = `<o>${'<definition><a/></definition>'.repeat(50)}</o>`;
    expect(await read(many, 100, 3)).toHaveLength(50);
    await expect(read(`<o><definition>${'<a/>'.repeat(5)}</definition></o>`, 100, 3)).rejects.toMatchObject({
      code: 'xml-too-large',
    });
  });
});
