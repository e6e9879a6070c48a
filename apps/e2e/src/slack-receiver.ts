import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { SlackMessage } from './slack-message.schema';
import { portOf } from './ports';

/** Stands in for hooks.slack.com on this machine. */
export interface SlackReceiver {
  readonly webhookUrl: string;
  readonly host: string;
  /** Every message so far, as text: its headline and all its blocks. */
  readonly messages: readonly string[];
  close(): Promise<void>;
}

export async function startSlackReceiver(): Promise<SlackReceiver> {
  const messages: string[] = [];
  const server = createServer((request, response) => {
    buffer(request).then(
      (body) => {
        const message = SlackMessage.parse(JSON.parse(body.toString('utf8')));
        messages.push(`${message.text}\n${JSON.stringify(message.blocks)}`);
        response.writeHead(200).end('ok');
      },
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  return {
    webhookUrl: `http://${host}/services/T000/B000/end-to-end`,
    host,
    messages,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
