export { aliasGroups, type AliasGroups, type AliasRecord } from './alias-groups';
export { explain, explainOwned, nothingExplained } from './explain';
export { findingsOf } from './findings';
export { notCovered } from './not-covered';
