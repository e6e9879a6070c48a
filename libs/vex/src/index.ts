export { VexStatements, type SourcedStatement, type VexSubject } from './apply-vex';
export type { VexImage } from './purl-match';
export { vexSource } from './vex-source';
