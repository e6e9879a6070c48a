export { bufferSource, randomAccess, type ByteSource, type RandomAccessFile } from './byte-source';
export { defaultZipLimits, readZip, readZipNames, type ZipContent, type ZipLimits } from './zip/zip';
export type { ZipProblem } from './zip/zip-directory';
export { zipBytes, zipFileOf, type EntryPlan } from './zip/zip-bytes';
export { elfBuildId, elfNotes, type ElfNote } from './elf/notes';
export { programFormat, type ProgramFormat } from './program/program-format';
export {
  childOf,
  childrenOf,
  defaultXmlLimits,
  readXml,
  textOf,
  type XmlElement,
  type XmlLimits,
  type XmlProblem,
} from './xml/xml';
