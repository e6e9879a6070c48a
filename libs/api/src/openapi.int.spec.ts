import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { startApi, type StartedApi } from './testing/start-api';

const Operation = z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) });
const OpenApi = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

describe('the OpenAPI document', () => {
  let api: StartedApi;
  let text: string;
  let document: z.infer<typeof OpenApi>;

  beforeAll(async () => {
    api = await startApi();
    const response = await api.app.server.inject({ method: 'GET', url: '/openapi.json' });
    expect(response.statusCode).toBe(200);
    text = response.body;
    document = OpenApi.parse(response.json());
  }, 60_000);
  afterAll(() => api.stop());

  it('is valid OpenAPI 3.1 and needs no key', async () => {
    const outcome = await new Validator().validate(structuredClone(document));
    expect(outcome.errors).toBeUndefined();
    expect(outcome.valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('names every reference', () => {
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((found) => found[1] ?? '');
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
    expect(text.match(/"\$ref":"(?!#\/components\/)/)).toBeNull();
  });

  it('has every route of the API', () => {
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/actions',
      '/api/v1/actions/mark-existing',
      '/api/v1/actions/{id}',
      '/api/v1/actions/{id}/undo',
      '/api/v1/api-keys',
      '/api/v1/api-keys/{id}',
      '/api/v1/coverage',
      '/api/v1/coverage/entries',
      '/api/v1/coverage/lag',
      '/api/v1/deliveries',
      '/api/v1/event-queues',
      '/api/v1/events',
      '/api/v1/feeds',
      '/api/v1/feeds/refresh',
      '/api/v1/findings',
      '/api/v1/images',
      '/api/v1/images/{digest}',
      '/api/v1/images/{digest}/bases',
      '/api/v1/images/{digest}/dependents',
      '/api/v1/images/{digest}/explain',
      '/api/v1/images/{digest}/findings',
      '/api/v1/images/{digest}/packages',
      '/api/v1/lanes',
      '/api/v1/lanes/{lane}/pause',
      '/api/v1/lanes/{lane}/resume',
      '/api/v1/packages',
      '/api/v1/registries',
      '/api/v1/registries/{name}',
      '/api/v1/registries/{name}/check',
      '/api/v1/registries/{name}/pause',
      '/api/v1/registries/{name}/reconciles',
      '/api/v1/registries/{name}/resume',
      '/api/v1/scans',
      '/api/v1/scans/{id}',
      '/api/v1/scans/{id}/cancel',
      '/api/v1/scans/{id}/lane',
      '/api/v1/tags/disagreements',
      '/api/v1/tags/timeline',
      '/api/v1/vulnerabilities',
      '/api/v1/vulnerabilities/{id}',
      '/api/v1/vulnerabilities/{id}/images',
      '/metrics',
    ]);
  });

  it('gives every operation an id of its own, a success and its problems', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, responses } of operations) {
      const statuses = Object.keys(responses);
      expect({ operationId, ok: statuses.some((status) => status.startsWith('2')) }).toEqual({ operationId, ok: true });
      expect(statuses).toEqual(expect.arrayContaining(['401', '403']));
    }
  });
});

describe('a route', () => {
  let api: StartedApi;
  beforeAll(async () => {
    api = await startApi();
  }, 60_000);
  afterAll(() => api.stop());

  it.each(['/api/v1/images', '/api/v1/feeds', '/api/v1/scans', '/metrics'])(
    '%s answers nobody without a key',
    async (path) => {
      const response = await api.app.server.inject({ method: 'GET', url: path });
      expect(response.statusCode).toBe(401);
      expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    },
  );

  it('names every issue of a request and refuses fields it does not know', async () => {
    const answer = await api.get('/api/v1/images?limit=0&sort=best&colour=red');
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'request-invalid',
      issues: expect.arrayContaining([
        expect.objectContaining({ in: 'query', name: 'limit' }),
        expect.objectContaining({ in: 'query', name: 'sort' }),
      ]),
    });
    expect(JSON.stringify(answer.json())).toContain('colour');
    expect((await api.get('/api/v1/feeds?anything=1')).status).toBe(400);
    expect((await api.get('/api/v1/images/latest')).status).toBe(400);
    expect((await api.get('/api/v1/images?limit=5&limit=6')).status).toBe(400);
    expect((await api.get('/api/v1/images?limit=201')).status).toBe(400);
  });
});
