import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlackReceiver {
  readonly url: string;
  readonly host: string;
  /** Bodies in the order they came. */
  readonly received: { readonly text: string }[];
  /** Answers of the next requests; `ok` when there is none left. */
  readonly answers: Answer[];
  close(): Promise<void>;
}

/** `hang` keeps the connection open and says nothing. */
export type Answer =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | 'ok, then hang'
  | 'hang'
  | 'hang up';

/** Answers as Slack's incoming webhooks do, over real HTTP. */
export async function startSlackReceiver(): Promise<SlackReceiver> {
  const received: { text: string }[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => void respond(request, response));
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    received.push(JSON.parse(body) as { text: string });
    const answer = answers.shift() ?? { status: 200, body: 'ok' };
    if (answer === 'hang') return;
    if (answer === 'ok, then hang') return void response.writeHead(200, { 'content-length': '2' }).flushHeaders();
    if (answer === 'hang up') return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'text/plain', ...answer.headers }).end(answer.body ?? '');
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}/services/T000/B000/verysecret`,
    host,
    received,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
