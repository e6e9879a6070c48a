import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { portOf } from './ports';

/** How the server answers: in order, or as servers do on a bad day. */
export type FeedMood = 'well' | 'cuts-off' | 'stalls' | 'unavailable';

/** Publishes one document as the sites of vendors do, on this machine. */
export interface FeedServer {
  readonly url: string;
  publish(document: string): void;
  behave(mood: FeedMood): void;
  /** Answers so far, by status. */
  answers(status: number): number;
  close(): Promise<void>;
}

export async function startFeedServer(path: string): Promise<FeedServer> {
  let document = '';
  let mood: FeedMood = 'well';
  const answers: number[] = [];

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const etag = `"${createHash('sha256').update(document).digest('hex')}"`;
    const isKnown = request.headers['if-none-match'] === etag;
    const status = mood === 'unavailable' ? 503 : request.url !== path ? 404 : isKnown ? 304 : 200;
    answers.push(status);
    if (status !== 200) {
      response.writeHead(status).end();
      return;
    }
    const body = Buffer.from(document);
    response.writeHead(200, { etag, 'content-type': 'application/json', 'content-length': body.length });
    if (mood === 'well') response.end(body);
    else response.write(body.subarray(0, body.length / 2), () => mood === 'cuts-off' && response.destroy());
  }

  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}${path}`,
    publish: (wanted) => {
      document = wanted;
    },
    behave: (wanted) => {
      mood = wanted;
    },
    answers: (status) => answers.filter((given) => given === status).length,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
