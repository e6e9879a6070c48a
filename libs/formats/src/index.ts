export { bufferSource, randomAccess, sliceSource, type ByteSource, type RandomAccessFile } from './byte-source';
export { defaultZipLimits, readZip, readZipEntries, type ZipContent } from './zip/zip';
export { ZipArchive } from './zip/zip-archive';
export type { ZipEntry } from './zip/zip-directory';
export type { ZipProblem } from './zip/zip-problem';
export type { ZipLimits } from './zip/zip-entry-reader';
export { isBerkeleyHash, readBerkeleyHash } from './berkeley-db/berkeley-db';
export { adler32 } from './ndb/adler32';
export { isNdb, readNdb } from './ndb/ndb';
export { isSqlite } from './sqlite/pages';
export type { SqliteValue } from './sqlite/record';
export { openSqlite, type SqliteDatabase } from './sqlite/sqlite';
export { readWal, type SqliteWal } from './sqlite/wal';
export { zipBytes, zipFileOf, type EntryPlan } from './zip/zip-bytes';
export { elfSymbols, type ElfSymbol } from './elf/symbols';
export { elfBuildId, elfNoteNames, elfNotes, type ElfNote } from './elf/notes';
export { programFormat, type ProgramFormat } from './program/program-format';
export { readProgram } from './program/program';
export { bytesAt, type Program, type ProgramPart, type ProgramSection } from './program/program-parts';
export {
  elfBytes,
  fatMachoBytes,
  machoBytes,
  noteBytes,
  peBytes,
  type ProgramPlan,
  type SectionPlan,
} from './program/program-bytes';
export { occurrences, type SearchRange } from './program/search';
export { XmlFault, xmlElements } from './xml/xml-elements';
export { childOf, childrenOf, readXml, textOf, type XmlElement, type XmlLimits, type XmlProblem } from './xml/xml';
export { JsonFault, jsonMembers, type JsonMember } from './json/json-members';
export { compressionOf, decompress, DecompressionFault, type Compression } from './decompression/decompress';
export { readTarFiles, TarFault, type TarFile, type TarLimits } from './tar/tar-files';
