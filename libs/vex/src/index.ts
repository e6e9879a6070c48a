export { mayBeVex, mayHoldVex, readAttachedVex } from './attached/attached';
export { VexStatements, type SourcedStatement, type VexSubject } from './apply-vex';
export type { VexImage } from './purl-match';
export { explainedBy, explainedWith, withVex } from './vex-report';
export { vexSource, vexSourceForMany } from './vex-source';
