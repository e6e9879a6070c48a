export { aliasGroups, type AliasGroups, type AliasRecord } from './alias-groups';
export { findingsOf } from './findings';
export { judge } from './judge';
export { notCovered } from './not-covered';
