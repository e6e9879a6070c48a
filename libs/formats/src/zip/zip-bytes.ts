import { crc32, deflateRawSync } from 'node:zlib';
import type { RandomAccessFile } from '../byte-source';

/** One entry to write; everything but name and text is there to make archives that are wrong in one place. */
export interface EntryPlan {
  readonly name: string;
  readonly text: string;
  /** Of the text; `latin1` for bytes as they are. */
  readonly encoding?: BufferEncoding;
  readonly stored?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc32?: number;
  readonly inflatedBytes?: number;
  /** Sizes and offset go into a zip64 extra field. */
  readonly zip64?: boolean;
  /** Points to the local header of the first entry instead of its own. */
  readonly reusesFirst?: boolean;
}

/** For specs: a zip as APPNOTE.TXT 4.3 describes it, written by hand so that it can be wrong on purpose. */
export function zipBytes(
  plans: readonly EntryPlan[],
  options: {
    readonly stub?: Buffer;
    readonly comment?: string | Buffer;
    readonly zip64End?: boolean;
    readonly backwards?: boolean;
  } = {},
): Buffer {
  const chunks: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const plan of plans) {
    const { local, central } = entryBytes(plan, plan.reusesFirst ? 0 : offset);
    if (!plan.reusesFirst) {
      chunks.push(local);
      offset += local.length;
    }
    directory.push(central);
  }
  const central = Buffer.concat(options.backwards ? directory.reverse() : directory);
  const end = endBytes(plans.length, central.length, offset, options);
  return Buffer.concat([options.stub ?? Buffer.alloc(0), ...chunks, central, end]);
}

export function zipFileOf(bytes: Buffer): RandomAccessFile {
  return {
    sizeBytes: bytes.length,
    read: (target, position) =>
      Promise.resolve(bytes.copy(target, 0, position, Math.min(bytes.length, position + target.length))),
  };
}

function entryBytes(plan: EntryPlan, offset: number): { local: Buffer; central: Buffer } {
  const content = Buffer.from(plan.text, plan.encoding);
  const body = plan.stored ? content : deflateRawSync(content);
  const name = Buffer.from(plan.name);
  const method = plan.method ?? (plan.stored ? 0 : 8);
  const checksum = plan.crc32 ?? crc32(content);
  const inflatedBytes = plan.inflatedBytes ?? content.length;
  const extra = plan.zip64 ? zip64Extra(inflatedBytes, body.length, offset) : Buffer.alloc(0);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(plan.flags ?? 0, 6);
  local.writeUInt16LE(method, 8);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(plan.flags ?? 0, 8);
  central.writeUInt16LE(method, 10);
  central.writeUInt32LE(checksum, 16);
  central.writeUInt32LE(plan.zip64 ? 0xffffffff : body.length, 20);
  central.writeUInt32LE(plan.zip64 ? 0xffffffff : inflatedBytes, 24);
  central.writeUInt16LE(name.length, 28);
  central.writeUInt16LE(extra.length, 30);
  central.writeUInt32LE(plan.zip64 ? 0xffffffff : offset, 42);
  return { local: Buffer.concat([local, name, body]), central: Buffer.concat([central, name, extra]) };
}

function zip64Extra(inflatedBytes: number, storedBytes: number, offset: number): Buffer {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  [inflatedBytes, storedBytes, offset].forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index));
  return extra;
}

function endBytes(
  entryCount: number,
  directoryBytes: number,
  directoryOffset: number,
  options: { readonly comment?: string | Buffer; readonly zip64End?: boolean; readonly stub?: Buffer },
): Buffer {
  const stated = options.comment ?? '';
  const comment = typeof stated === 'string' ? Buffer.from(stated) : stated;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(options.zip64End ? 0xffff : entryCount, 10);
  end.writeUInt32LE(options.zip64End ? 0xffffffff : directoryBytes, 12);
  end.writeUInt32LE(options.zip64End ? 0xffffffff : directoryOffset, 16);
  end.writeUInt16LE(comment.length, 20);
  if (!options.zip64End) return Buffer.concat([end, comment]);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(entryCount), 32);
  record.writeBigUInt64LE(BigInt(directoryBytes), 40);
  record.writeBigUInt64LE(BigInt(directoryOffset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directoryOffset + directoryBytes), 8);
  return Buffer.concat([record, locator, end, comment]);
}
