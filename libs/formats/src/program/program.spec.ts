import { bufferSource } from '../byte-source';
import { elfBuildId, elfNoteNames, elfNotes } from '../elf/notes';
import { readProgram } from './program';
import { bytesAt } from './program-parts';
import { elfBytes, fatMachoBytes, machoBytes, noteBytes, peBytes, type SectionPlan } from './program-bytes';
import { programFormat } from './program-format';

const text = Buffer.from('what the program says');
const sections: readonly SectionPlan[] = [
  { name: '.rodata', content: text, address: 0x400000 },
  { name: '.data', content: Buffer.alloc(100, 7), address: 0x500000, isWritable: true },
];

describe('programFormat', () => {
  it.each([
    ['an ELF file', elfBytes({ sections }), 'elf'],
    ['a PE file', peBytes([]), 'pe'],
    ['a PE file whose signature lies behind the head', peBytes([]).subarray(0, 0x40), 'pe'],
    ['a Mach-O file', machoBytes([]), 'macho'],
    ['a big-endian Mach-O file', machoBytes([], false), 'macho'],
    ['a Mach-O file of two architectures', fatMachoBytes([machoBytes([]), machoBytes([])]), 'macho'],
    ['a class file of Java 1.1, the oldest', Buffer.from('cafebabe0003002d0011', 'hex'), undefined],
    ['a class file of Java 21', Buffer.from('cafebabe000000410011', 'hex'), undefined],
    ['a DOS program', Buffer.concat([peBytes([]).subarray(0, 0x80), Buffer.alloc(64)]), undefined],
    [
      'a text that begins like one',
      Buffer.from('MZ is how this text begins, and it goes on for more than a header'),
      undefined,
    ],
    ['an ELF file of no known word size', Buffer.from('7f454c4603010100000000000000', 'hex'), undefined],
    ['a script', Buffer.from('#!/bin/sh\nexit 0\n'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ])('knows %s', (_what, head, expected) => {
    expect(programFormat(head)).toBe(expected);
  });
});

describe('readProgram', () => {
  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('reads ELF, little-endian %s, 64 bits %s', (isLittleEndian, is64Bit) => {
    const bytes = elfBytes({ sections, isLittleEndian, is64Bit });
    const source = bufferSource(bytes);
    const program = readProgram(source);
    expect(
      program?.sections.map(({ name, address, sizeBytes, isWritable }) => [name, address, sizeBytes, isWritable]),
    ).toEqual([
      ['', 0, 0, false],
      ['.rodata', 0x400000, text.length, false],
      ['.data', 0x500000, 100, true],
      ['.shstrtab', 0, 25, false],
    ]);
    expect(program?.segments.map((segment) => [segment.address, segment.isWritable])).toEqual([
      [0x400000, false],
      [0x500000, true],
    ]);
    if (program === undefined) return;
    expect(bytesAt(source, program, 0x400005, 3)?.toString()).toBe('the');
    expect(bytesAt(source, program, 0x500000, 1000)).toEqual(Buffer.alloc(100, 7));
    expect(bytesAt(source, program, 0x400000 + text.length, 1)).toBeUndefined();
  });

  it('reads the segments of an ELF file whose section table was stripped', () => {
    const program = readProgram(bufferSource(elfBytes({ sections, isStripped: true })));
    expect([program?.sections.length, program?.segments.length]).toEqual([0, 2]);
  });

  it('reads PE sections at their addresses in memory', () => {
    const source = bufferSource(peBytes([{ name: '.rdata', content: text, address: 0x140001000 }]));
    const program = readProgram(source);
    expect(program?.sections.map(({ name, address }) => [name, address])).toEqual([['.rdata', 0x140001000]]);
    if (program !== undefined) expect(bytesAt(source, program, 0x140001005, 3)?.toString()).toBe('the');
  });

  it.each([
    ['little-endian', machoBytes([{ name: '__const', content: text, address: 0x1000 }])],
    ['big-endian', machoBytes([{ name: '__const', content: text, address: 0x1000 }], false)],
    [
      'of several architectures',
      fatMachoBytes([Buffer.from('broken'), machoBytes([{ name: '__const', content: text, address: 0x1000 }])]),
    ],
  ])('reads Mach-O, %s', (_what, bytes) => {
    const source = bufferSource(bytes);
    const program = readProgram(source);
    expect(program?.sections.map(({ name }) => name)).toEqual(['__const']);
    if (program !== undefined) expect(bytesAt(source, program, 0x1005, 3)?.toString()).toBe('the');
  });

  const whole = [
    elfBytes({ sections }),
    elfBytes({ sections, is64Bit: false, isLittleEndian: false }),
    peBytes(sections, 0x400000),
    fatMachoBytes([machoBytes(sections)]),
    elfBytes({ sections: [{ name: '.note', type: 7, content: noteBytes('GNU', 3, Buffer.from('abcd')) }] }),
  ];

  it('answers for every truncated and every damaged program, in bounded time', () => {
    const start = performance.now();
    for (const bytes of whole) {
      for (let end = 0; end < bytes.length; end += 3) readWhole(bytes.subarray(0, end));
      for (let at = 0; at < Math.min(bytes.length, 800); at++) {
        for (const value of [0xff, 0x7f, 0x00]) {
          const damaged = Buffer.from(bytes);
          damaged.fill(value, at, Math.min(at + 4, damaged.length));
          readWhole(damaged);
        }
      }
    }
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('elfBuildId', () => {
  const gnu = noteBytes('GNU', 3, Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex'));
  const go = noteBytes('Go', 4, Buffer.from('aaaa/bbbb/cccc/dddd'));
  const abi = noteBytes('GNU', 1, Buffer.alloc(16));

  it.each([
    ['GNU', [gnu], '0123456789abcdef0123456789abcdef01234567'],
    ['Go', [go], 'aaaa/bbbb/cccc/dddd'],
    ['GNU before Go', [go, abi, gnu], '0123456789abcdef0123456789abcdef01234567'],
    ['other notes', [abi], undefined],
  ])('is that of %s', (_what, notes, expected) => {
    const note = { name: '.note', type: 7, content: Buffer.concat(notes) };
    expect(elfBuildId(bufferSource(elfBytes({ sections: [note] })))).toBe(expected);
    expect(elfBuildId(bufferSource(elfBytes({ sections: [note], isStripped: true })))).toBe(expected);
  });

  it('reads big-endian notes', () => {
    const content = noteBytes('GNU', 3, Buffer.from('abcd', 'hex'), false);
    const bytes = elfBytes({ sections: [{ name: '.note', type: 7, content }], isLittleEndian: false });
    expect(elfBuildId(bufferSource(bytes))).toBe('abcd');
  });

  it('stops at a note that is larger than its place', () => {
    const giant = Buffer.from(gnu);
    giant.writeUInt32LE(0xfffffff0, 4);
    const bytes = elfBytes({ sections: [{ name: '.note', type: 7, content: Buffer.concat([abi, giant, gnu]) }] });
    expect([...elfNotes(bufferSource(bytes))].length).toBe(1);
    expect([...elfNoteNames(bufferSource(bytes))]).toEqual([
      { owner: 'GNU', type: 1 },
      { owner: 'GNU', type: 3 },
    ]);
  });
});

function readWhole(bytes: Buffer): void {
  const source = bufferSource(bytes);
  const program = readProgram(source);
  if (program !== undefined) bytesAt(source, program, 0x400000, 10);
  elfBuildId(source);
}
