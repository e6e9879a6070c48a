/** Injects the directory in which downloaded snapshots are kept. */
export const SNAPSHOT_DIRECTORY = Symbol('SnapshotDirectory');
