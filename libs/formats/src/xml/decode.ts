/**
 * A document's text by its byte order mark or first bytes, else by its declaration, else as UTF-8: appendix F of the
 * specification. Other encodings are read as UTF-8: in all of them that matter names and versions are the same bytes.
 */
export function decodeXml(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xfe && second === 0xff) || (first === 0x00 && second === 0x3c)) return 'utf-16be';
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0x00)) return 'utf-16le';
  const declared = declaration.exec(Buffer.from(bytes.subarray(0, 200)).toString('latin1'))?.[1];
  return declared !== undefined && oneByte.test(declared) ? 'windows-1252' : 'utf-8';
}

const declaration = /^<\?xml [^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,40})["']/;
/** What is called by the first names is in practice the last one, a superset: https://encoding.spec.whatwg.org/ */
const oneByte = /^(?:iso-?8859-1|latin-?1|us-ascii|windows-1252)$/i;
