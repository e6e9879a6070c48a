import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf, runProgram, startProgram, type Program, type Settings } from './processes';
import { freePort } from './ports';
import { newApiKey, RestApi } from './rest-api';
import type { SlackReceiver } from './slack-receiver';

export interface InstallationOptions {
  /** A directory that is this installation's alone. */
  readonly directory: string;
  readonly databaseUrl: string;
  /** Settings of the queue's back end; PostgreSQL without any. */
  readonly queue: Settings;
  /** As in the file of TIDEWAITER_CONFIG. */
  readonly registries: readonly object[];
  readonly advisories: string;
  /** Beyond those that every installation here has. */
  readonly settings?: Settings;
  readonly slack: SlackReceiver;
}

export type ServerName = 'receiver' | 'worker' | 'scheduler' | 'api';

/** The separate processes of a deployment on one machine, spoken to by HTTP alone. */
export class Installation {
  private readonly programs = new Map<string, Program>();
  private readonly key = newApiKey();

  private constructor(
    private readonly settings: Settings,
    readonly receiverUrl: string,
    private readonly apiPort: number,
  ) {}

  /** Migrates the database and starts every process. */
  static async start(options: InstallationOptions): Promise<Installation> {
    const { directory, databaseUrl, queue, registries, advisories, slack, settings: more } = options;
    await mkdir(directory, { recursive: true });
    const configFile = join(directory, `registries-${randomUUID()}.json`);
    await writeFile(configFile, JSON.stringify({ registries }), { mode: 0o600 });
    const [receiverPort, apiPort] = [await freePort(), await freePort()];
    const settings = {
      ...queue,
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: '5',
      TIDEWAITER_CONFIG: configFile,
      TIDEWAITER_DATA_DIR: join(directory, 'data'),
      ADVISORIES: advisories,
      SLACK_WEBHOOK_URL: slack.webhookUrl,
      SLACK_ALLOWED_HOST: slack.host,
      PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
      RECEIVER_PORT: String(receiverPort),
      API_PORT: String(apiPort),
      WORKER_PORT: '0',
      SCHEDULER_PORT: '0',
      WORKER_LOCK_MS: '2000',
      ADVISORIES_REFRESH_MINUTES: '1',
      ...more,
    };
    const installation = new Installation(settings, `http://127.0.0.1:${receiverPort}`, apiPort);
    await runProgram('migrate', settings);
    await Promise.all(
      (['receiver', 'worker', 'scheduler', 'api'] as const).map((name) => installation.startServer(name)),
    );
    return installation;
  }

  get api(): RestApi {
    return new RestApi(`http://127.0.0.1:${this.apiPort}`, this.key);
  }

  /** Starts a process (again) and waits until it is ready. */
  async startServer(name: ServerName, settings: Settings = {}, replica = 1): Promise<Program> {
    const key = keyOf(name, replica);
    const known = this.programs.get(key);
    if (known !== undefined && !known.hasEnded()) throw new Error(`${key} runs already`);
    const program = startProgram(name, { ...this.settings, TIDEWAITER_API_KEY: this.key, ...settings });
    this.programs.set(key, program);
    await addressOf(program);
    return program;
  }

  program(name: ServerName, replica = 1): Program {
    const program = this.programs.get(keyOf(name, replica));
    if (program === undefined) throw new Error(`${keyOf(name, replica)} was not started`);
    return program;
  }

  /** Every source is looked at within a second or two. */
  async refreshFeeds(): Promise<void> {
    const response = await this.api.call('/api/v1/feeds/refresh', { method: 'POST' });
    if (response.status !== 202) throw new Error(`the refresh was answered ${response.status}`);
  }

  /** Stops every process in order; answers how each ended. */
  async stop(): Promise<Readonly<Record<string, number | null>>> {
    const ended = await Promise.all(
      [...this.programs].map(async ([name, program]) => [name, (await program.stop()).code] as const),
    );
    return Object.fromEntries(ended);
  }

  /** What the processes said that was not just information; shown when a test fails. */
  complaints(): string {
    return [...this.programs.values()]
      .flatMap((program) => program.output().split('\n'))
      .filter((line) => line !== '' && !line.includes('"level":"info"'))
      .join('\n');
  }
}

function keyOf(name: ServerName, replica: number): string {
  return replica === 1 ? name : `${name} ${String(replica)}`;
}
