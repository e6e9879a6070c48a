import { childOf, childrenOf, defaultXmlLimits, readXml, textOf, type XmlElement } from './xml';

function read(text: string | Buffer): XmlElement {
  const document = readXml(Buffer.from(text));
  if (!document.ok) throw new Error(document.error.message);
  return document.value;
}

function refusalOf(text: string | Buffer, limits = defaultXmlLimits): string | undefined {
  const document = readXml(Buffer.from(text), limits);
  return document.ok ? undefined : document.error.code;
}

describe('readXml', () => {
  it('gives elements, attributes and trimmed text', () => {
    const root = read(`<?xml version="1.0"?>
      <packages><!-- none --><package id="A &amp; B" version='1'/>
        <note> a <b>c</b> d<![CDATA[ <e> ]]></note></packages>`);
    expect(root.name).toBe('packages');
    expect(childrenOf(root, 'package').map((element) => [...element.attributes])).toEqual([
      [
        ['id', 'A & B'],
        ['version', '1'],
      ],
    ]);
    expect(textOf(root, 'note')).toBe('a  d <e>');
    expect(textOf(root, 'note', 'b')).toBe('c');
    expect(textOf(root, 'package')).toBeUndefined();
    expect(childOf(root, 'none', 'below')).toBeUndefined();
  });

  it('leaves prefixes of namespaces out of the names of elements', () => {
    expect(childOf(read('<x:bom xmlns:x="urn:x"><x:components/></x:bom>'), 'components')?.name).toBe('components');
  });

  it.each([
    ['a byte order mark', Buffer.from('\ufeff<a>é</a>')],
    ['ISO-8859-1', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')],
    ['UTF-16 with a mark', Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>é</a>', 'utf16le')],
    ['UTF-16 without', Buffer.from('<a>é</a>', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeff<a>é</a>', 'utf16le').swap16()],
    ['an encoding nobody knows', Buffer.from('<?xml version="1.0" encoding="x-none"?><a>é</a>')],
  ])('decodes %s', (_, bytes) => {
    expect(read(bytes).text).toBe('é');
  });

  it('knows no entity but the five and those by number, and expands none (XML bombs)', () => {
    const laughs = `<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
      <a>&c;&f;&eacute;&#233;&constructor;</a>`;
    expect(read(laughs).text).toBe('&c;&f;&eacute;é&constructor;');
  });

  it.each([
    ['nothing', ''],
    ['text', 'not xml'],
    ['a document that breaks off', '<a><b>'],
    ['tags that cross', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['zeros', Buffer.alloc(1000)],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['a bare ampersand', '<a>a & b</a>'],
  ])('refuses %s', (_, text) => {
    expect(refusalOf(text)).toBe('xml-invalid');
  });

  it('refuses what is nested too deep or has too many elements or attributes', () => {
    expect(refusalOf('<a>'.repeat(100_000))).toBe('xml-too-large');
    const limits = { maxDepth: 2, maxElements: 5, maxAttributes: 3 };
    expect(refusalOf('<a><b><c/></b></a>', limits)).toBe('xml-too-large');
    expect(refusalOf(`<a>${'<b/>'.repeat(5)}</a>`, limits)).toBe('xml-too-large');
    expect(refusalOf('<a b="" c="" d="" e=""/>', limits)).toBe('xml-too-large');
    expect(refusalOf(`<a>${'<b/>'.repeat(4)}</a>`, limits)).toBeUndefined();
  });

  it('ends in time on hostile shapes', () => {
    const start = performance.now();
    expect(refusalOf(`<a ${Array.from({ length: 200_000 }, (_, at) => `a${at}=""`).join(' ')}/>`)).toBe(
      'xml-too-large',
    );
    refusalOf(`<a>${'&lt;'.repeat(100_000)}</a>`);
    refusalOf(`<!DOCTYPE ${'['.repeat(100_000)}`);
    refusalOf(`<${'a'.repeat(2_000_000)}`);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
