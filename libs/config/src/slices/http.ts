import { defineSlice, withDefault, type Slice } from '../slice';
import { hostName, integer } from '../value';

export interface HttpConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

/** Where each app listens. The worker and the scheduler answer health checks only. */
export const httpConfig = {
  api: httpSlice('API', { app: 'api', port: 8080 }),
  receiver: httpSlice('RECEIVER', { app: 'receiver', port: 8081 }),
  worker: httpSlice('WORKER', { app: 'worker', port: 8082 }),
  scheduler: httpSlice('SCHEDULER', { app: 'scheduler', port: 8083 }),
  standalone: httpSlice('STANDALONE', { app: 'standalone', port: 8080 }),
  acrEmulator: httpSlice('ACR_EMULATOR', { app: 'registry emulator', port: 5050 }),
} as const;

function httpSlice(prefix: string, { app, port }: { app: string; port: number }): Slice<HttpConfig> {
  return defineSlice({
    title: `HTTP of the ${app}`,
    doc: `Where the ${app} listens. Only this machine reaches it unless the host says otherwise (0.0.0.0 in a container).`,
    settings: {
      host: withDefault(`${prefix}_HOST`, '127.0.0.1', hostName(), { doc: 'The address to listen on.' }),
      port: withDefault(`${prefix}_PORT`, String(port), integer({ min: 0, max: 65_535 }), {
        doc: 'The port to listen on; 0 takes a free one.',
      }),
    },
  });
}
