/** The registry's quarantine policy, which can be switched while it runs. */
export interface QuarantinePolicy {
  isEnabled(): boolean;
  enable(isEnabled: boolean): void;
}

export function createQuarantinePolicy(isEnabledAtFirst: boolean): QuarantinePolicy {
  let isEnabled = isEnabledAtFirst;
  return {
    isEnabled: () => isEnabled,
    enable(value) {
      isEnabled = value;
    },
  };
}
