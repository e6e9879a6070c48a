import type { RegistryConfig } from '@tidewaiter/config';
import { messageOf, type Logger } from '@tidewaiter/kit';
import type { RegistryDirectory } from './registry-directory';

/** How long a process may go on with a secret or a description that was changed meanwhile. */
const lookEveryMs = 5_000;

export interface ConfiguredRegistriesOptions {
  readonly directory: RegistryDirectory;
  readonly logger: Logger;
  /** The registries as the configuration is now; throws when it is wrong. */
  readonly reread: () => readonly RegistryConfig[];
}

/** The registries of the configuration, kept up to date in this process: a changed file counts without a restart. */
export class ConfiguredRegistries {
  private looking: Promise<void> | undefined;
  private readonly timer: NodeJS.Timeout;
  /** Said once, not every few seconds. */
  private fault: string | undefined;

  constructor(private readonly options: ConfiguredRegistriesOptions) {
    this.timer = setInterval(() => void this.look(), lookEveryMs);
  }

  /** Takes what changed. What is wrong changes nothing. */
  async look(): Promise<void> {
    this.looking ??= this.take().finally(() => {
      this.looking = undefined;
    });
    await this.looking;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async take(): Promise<void> {
    const { directory, logger, reread } = this.options;
    try {
      const changed = await directory.configure(reread());
      if (changed.length > 0) logger.info('registries configured anew', { registries: changed });
      this.fault = undefined;
    } catch (error) {
      const fault = messageOf(error);
      if (fault !== this.fault) logger.error('registries of the configuration not taken', { error: fault });
      this.fault = fault;
    }
  }
}
