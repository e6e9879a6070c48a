import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildOpenApi, type OpenApiInfo } from './document';

/**
 * Answers `/openapi.json` and, for people, `/docs`. Both are public: they hold no data. Call it before the application
 * listens; the document is built from the modules the application has.
 */
export async function mountOpenApi(app: NestFastifyApplication, info: OpenApiInfo): Promise<void> {
  const document = JSON.stringify(buildOpenApi(app.get(ModulesContainer), info));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(document));
  fastify.get('/docs', (_request, reply) => reply.redirect('/docs/'));
  for (const { name, type, body } of [...ownFiles(info), ...(await swaggerFiles())]) {
    fastify.get(`/docs/${name}`, (_request, reply) => reply.headers(securityHeaders).type(type).send(body));
  }
}

interface DocsFile {
  readonly name: string;
  readonly type: string;
  readonly body: string | Buffer;
}

/** The page loads from this host only and runs no script written into it. Swagger UI draws icons as data: images. */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

function ownFiles(info: OpenApiInfo): readonly DocsFile[] {
  return [
    { name: '', type: 'text/html; charset=utf-8', body: page(info.title) },
    { name: 'start.js', type: 'text/javascript; charset=utf-8', body: startScript },
  ];
}

async function swaggerFiles(): Promise<readonly DocsFile[]> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const files = [
    { name: 'swagger-ui.css', type: 'text/css; charset=utf-8' },
    { name: 'swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
    { name: 'favicon-32x32.png', type: 'image/png' },
  ];
  return Promise.all(files.map(async (file) => ({ ...file, body: await readFile(join(folder, file.name)) })));
}

function page(title: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}: API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
}

/** The key typed into "Authorize" stays in the page's memory; it is gone with the tab. */
const startScript = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;
