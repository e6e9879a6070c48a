import { elfBytes, machoBytes, peBytes, type ProgramPlan, type SectionPlan } from '@tidewaiter/formats';

/** Sixteen bytes that are the same in every program; which ones does not matter. */
const frame = Buffer.alloc(16, 0xaa);
const dataAddress = 0x500000;

/** For specs: the framed texts of Go >= 1.18, behind some other data. */
export function inlineBuildInfo(goVersion: string, modules: string): Buffer {
  const framed = framedModules(modules);
  return Buffer.concat([
    Buffer.alloc(64, 1),
    header(0, 2),
    lengthOf(goVersion.length),
    Buffer.from(goVersion),
    lengthOf(framed.length),
    framed,
  ]);
}

/** For specs: as Go up to 1.17 wrote it, with pointers to strings. */
export function pointerBuildInfo(
  goVersion: string,
  modules: string,
  { isLittleEndian = true, pointerBytes = 8 }: { isLittleEndian?: boolean; pointerBytes?: 4 | 8 } = {},
): Buffer {
  const framed = framedModules(modules);
  const head = header(pointerBytes, isLittleEndian ? 0 : 1);
  const pointer = (value: number): Buffer => {
    const bytes = Buffer.alloc(pointerBytes);
    if (isLittleEndian) bytes.writeUIntLE(value, 0, Math.min(pointerBytes, 6));
    else bytes.writeUIntBE(value, Math.max(0, pointerBytes - 6), Math.min(pointerBytes, 6));
    return bytes;
  };
  const stringsAt = dataAddress + 32;
  const textAt = stringsAt + 4 * pointerBytes;
  pointer(stringsAt).copy(head, 16);
  pointer(stringsAt + 2 * pointerBytes).copy(head, 16 + pointerBytes);
  const strings = [textAt, goVersion.length, textAt + goVersion.length, framed.length].map(pointer);
  return Buffer.concat([head, ...strings, Buffer.from(goVersion), framed]);
}

/** For specs: a program with this data. */
export function goElf(
  buildInfo: Buffer,
  plan: Partial<ProgramPlan> & { name?: string; more?: SectionPlan[] } = {},
): Buffer {
  const { name = '.go.buildinfo', more = [], ...rest } = plan;
  return elfBytes({
    sections: [{ name, content: buildInfo, address: dataAddress, isWritable: true }, ...more],
    ...rest,
  });
}

export function goPe(buildInfo: Buffer): Buffer {
  return peBytes([{ name: '.data', content: buildInfo, address: dataAddress, isWritable: true }], 0x400000);
}

export function goMacho(buildInfo: Buffer): Buffer {
  return machoBytes([{ name: '__go_buildinfo', content: buildInfo, address: dataAddress, isWritable: true }]);
}

function header(pointerBytes: number, flags: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.write('\xff Go buildinf:', 'latin1');
  bytes[14] = pointerBytes;
  bytes[15] = flags;
  return bytes;
}

function framedModules(modules: string): Buffer {
  return modules === '' ? Buffer.alloc(0) : Buffer.concat([frame, Buffer.from(modules), frame]);
}

function lengthOf(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
