import { connect, type Socket } from 'node:net';

interface Call {
  readonly body: string;
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Posts JSON over so many connections that stay open, each with one call at a time. It does the least a client can, because it
 * runs on the machine of what it measures: the answer's status is read, its body awaited and dropped.
 */
export class LeanClient {
  private readonly waiting: Call[] = [];
  private readonly idle: Socket[] = [];
  private readonly calls = new Map<Socket, Call>();
  private readonly head: string;

  private constructor(url: URL, headers: Readonly<Record<string, string>>) {
    const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.head = `POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}content-type: application/json\r\ncontent-length: `;
  }

  static async open(url: URL, headers: Readonly<Record<string, string>>, connections: number): Promise<LeanClient> {
    const client = new LeanClient(url, headers);
    await Promise.all(Array.from({ length: connections }, () => client.connect(url)));
    return client;
  }

  /** The answer's status. A call waits when all connections have one underway. */
  post(body: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ body, resolve, reject });
      this.sendNext();
    });
  }

  close(): void {
    for (const socket of this.idle) socket.destroy();
  }

  private async connect(url: URL): Promise<void> {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      received += piece;
      const status = statusOfWhole(received);
      if (status === undefined) return;
      received = '';
      this.calls.get(socket)?.resolve(status);
      this.calls.delete(socket);
      this.idle.push(socket);
      this.sendNext();
    });
    socket.once('close', () => this.calls.get(socket)?.reject(new Error('the connection was closed during a call')));
    this.idle.push(socket);
  }

  private sendNext(): void {
    if (this.waiting.length === 0) return;
    const socket = this.idle.pop();
    if (socket === undefined) return;
    const call = this.waiting.shift();
    if (call === undefined) return;
    this.calls.set(socket, call);
    socket.write(`${this.head}${String(Buffer.byteLength(call.body))}\r\n\r\n${call.body}`);
  }
}

/** Undefined while a part of the answer is missing. */
function statusOfWhole(received: string): number | undefined {
  const bodyAt = received.indexOf('\r\n\r\n') + 4;
  if (bodyAt < 4) return undefined;
  const head = received.slice(0, bodyAt);
  const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${head}`);
  return received.length < bodyAt + Number(length) ? undefined : Number(head.slice(9, 12));
}
