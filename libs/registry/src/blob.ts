import type { Descriptor } from '@tidewaiter/contracts';
import { OperationalError } from '@tidewaiter/kit';
import type { Answer, HttpOptions } from './http';
import type { Call, Transport } from './transport';

export interface BlobRequest {
  readonly transport: Transport;
  readonly http: HttpOptions;
  readonly call: Call;
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
}

/**
 * A blob's bytes from its first to its last, however often the connection breaks: each time the rest is asked for anew at
 * the registry, since the link to storage may have expired. It ends in an error when several attempts in a row bring
 * nothing. Digest and contents are for the reader to check; the length is checked here.
 */
export async function* readBlob(request: BlobRequest): AsyncGenerator<Uint8Array, void, undefined> {
  const { size } = request.descriptor;
  let received = 0;
  let fruitless = 0;
  while (received < size || size === 0) {
    const before = received;
    try {
      for await (const chunk of restOf(request, received)) {
        received += chunk.byteLength;
        if (received > size) throw tooLong(request);
        yield chunk;
      }
      if (received === size) return;
      throw new OperationalError(
        'registry-broken-off',
        `${request.call.subject.what} ended after ${received} of ${size} bytes.`,
      );
    } catch (error) {
      fruitless = received > before ? 0 : fruitless + 1;
      if (!isWorthResuming(error) || fruitless >= request.http.attempts) throw error;
      request.http.logger.debug('blob resumed', { digest: request.descriptor.digest, receivedBytes: received });
    }
  }
}

async function* restOf(request: BlobRequest, offset: number): AsyncGenerator<Uint8Array, void, undefined> {
  const { call, transport } = request;
  const headers = offset === 0 ? call.headers : { ...call.headers, Range: `bytes=${offset}-` };
  const answer = await transport.send({ ...call, headers });
  let skip = await bytesBefore(answer, offset, request);
  for await (const chunk of answer.chunks()) {
    if (skip >= chunk.byteLength) {
      skip -= chunk.byteLength;
      continue;
    }
    yield skip === 0 ? chunk : chunk.subarray(skip);
    skip = 0;
  }
}

/** A server without ranges sends the whole again: what we have is skipped. */
async function bytesBefore(answer: Answer, offset: number, request: BlobRequest): Promise<number> {
  if (answer.status === 200) return offset;
  const start = /^bytes (\d{1,15})-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  if (answer.status === 206 && offset > 0 && Number(start) === offset) return 0;
  await answer.discard();
  throw new OperationalError(
    'registry-range-invalid',
    `${answer.url.host} answered ${answer.status} with another part of ${request.call.subject.what} than was asked for.`,
  );
}

function isWorthResuming(error: unknown): boolean {
  return (
    error instanceof OperationalError &&
    (error.code === 'registry-broken-off' || error.code === 'registry-storage-failed')
  );
}

function tooLong({ call, descriptor }: BlobRequest): OperationalError {
  return new OperationalError(
    'blob-too-long',
    `${call.subject.what} at ${call.subject.host} is longer than the ${descriptor.size} bytes its descriptor states.`,
  );
}
