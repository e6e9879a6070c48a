import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { RestCoverage, RestFinding, RestImage, RestPackage, RestRequestedScan, RestScan } from './rest-api.schema';
import { until } from './until';

/** A key as an operator makes one for TIDEWAITER_API_KEY. */
export function newApiKey(): string {
  return `twk_${randomBytes(32).toString('base64url')}`;
}

/** The REST API as a client sees it. */
export class RestApi {
  constructor(
    readonly url: string,
    private readonly key: string,
  ) {}

  call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${this.key}` };
    return fetch(`${this.url}${path}`, { ...init, headers, signal: AbortSignal.timeout(20_000) });
  }

  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const response = await this.call(path);
    const text = await response.text();
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return schema.parse(JSON.parse(text));
  }

  /** Every item of a list, page by page. */
  async all<T>(path: string, item: z.ZodType<T>): Promise<readonly T[]> {
    const items: T[] = [];
    let next: string | null = path;
    while (next !== null) {
      const response = await this.call(next);
      const text = await response.text();
      if (!response.ok) throw new Error(`GET ${next} answered ${response.status}: ${text.slice(0, 500)}`);
      items.push(...itemsOf(JSON.parse(text), item));
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
    }
    return items;
  }

  images(): Promise<readonly RestImage[]> {
    return this.all('/api/v1/images?limit=100', RestImage);
  }

  findings(digest: string): Promise<readonly RestFinding[]> {
    return this.all(`/api/v1/images/${digest}/findings?limit=200`, RestFinding);
  }

  packages(digest: string): Promise<readonly RestPackage[]> {
    return this.all(`/api/v1/images/${digest}/packages?limit=200`, RestPackage);
  }

  coverage(): Promise<RestCoverage> {
    return this.get('/api/v1/coverage', RestCoverage);
  }

  scans(repository: string): Promise<readonly RestScan[]> {
    return this.all(`/api/v1/scans?limit=100&repository=${encodeURIComponent(repository)}`, RestScan);
  }

  /** The image that a tag leads to, once it is scanned. */
  scannedImage(repository: string, tag: string): Promise<RestImage> {
    return until(`${repository}:${tag} to be scanned`, async () => {
      const images = await this.all(`/api/v1/images?repository=${encodeURIComponent(repository)}`, RestImage);
      return images.find(
        ({ where, findings }) =>
          findings !== null && where.some((place) => place.repository === repository && place.tags.includes(tag)),
      );
    });
  }

  /** Asks for a scan and waits for its end. */
  async scan(reference: string): Promise<RestScan> {
    const response = await this.call('/api/v1/scans', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reference }),
    });
    const text = await response.text();
    if (response.status !== 202) throw new Error(`the scan of ${reference} was answered ${response.status}: ${text}`);
    const { id } = RestRequestedScan.parse(JSON.parse(text));
    return until(`the scan of ${reference}`, async () => {
      const scan = await this.get(`/api/v1/scans/${id}`, RestScan);
      return scan.state === 'finished' || scan.state === 'failed' ? scan : undefined;
    });
  }
}

function itemsOf<T>(answer: unknown, item: z.ZodType<T>): readonly T[] {
  if (typeof answer !== 'object' || answer === null || !('items' in answer)) throw new Error('the answer is no list');
  return z.array(item).parse(answer.items);
}
