import { DeflateFault } from './fault';
import { Inflater } from './inflater';

let inflater: Inflater | undefined;

/**
 * A whole raw deflate stream that is known to inflate to so many bytes. What follows its end is not looked at.
 * @throws DeflateFault for one that is damaged, ends too early or inflates to another number of bytes
 */
export function inflateRaw(stored: Uint8Array, inflatedBytes: number): Buffer {
  inflater ??= new Inflater();
  inflater.reset();
  const inflated = Buffer.allocUnsafe(inflatedBytes);
  let filled = 0;
  for (let at = 0, isEnded = false; !isEnded;) {
    at += inflater.write(at === 0 ? stored : stored.subarray(at));
    if (at === stored.length) inflater.end();
    let stop = inflater.inflate();
    for (; stop === 'output'; stop = inflater.inflate()) filled += moveOutput(inflater, inflated, filled);
    isEnded = stop === 'end';
  }
  filled += moveOutput(inflater, inflated, filled);
  if (filled < inflatedBytes) throw new DeflateFault('deflate-invalid', 'inflates to fewer bytes than are stated');
  return inflated;
}

function moveOutput(from: Inflater, to: Buffer, filled: number): number {
  const bytes = from.output();
  if (filled + bytes.length > to.length) {
    throw new DeflateFault('deflate-invalid', 'inflates to more bytes than are stated');
  }
  to.set(bytes, filled);
  from.release();
  return bytes.length;
}
