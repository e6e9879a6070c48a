/** The registry's soft delete policy, which can be switched while it runs. */
export interface SoftDeletePolicy {
  /** How long what was deleted is kept; undefined when it is deleted at once. */
  retentionDays(): number | undefined;
  keepFor(days: number | undefined): void;
}

export function createSoftDeletePolicy(daysAtFirst: number | undefined): SoftDeletePolicy {
  let days = daysAtFirst;
  return {
    retentionDays: () => days,
    keepFor(value) {
      days = value;
    },
  };
}
