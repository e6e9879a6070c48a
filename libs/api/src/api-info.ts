import type { OpenApiInfo } from '@tidewaiter/server';

export const apiInfo: OpenApiInfo = {
  title: 'Tidewaiter',
  version: '1',
  description: [
    'What is in the images of your registries, what is wrong with them, and what has been looked at.',
    '',
    '**Lists** answer a page: `items` and `next`, the cursor of the page after it (null on the last), also sent as a `Link` header with `rel="next"`. A cursor belongs to the sort and filters it was made with.',
    '',
    '**Documents and pages** have a weak `ETag`; ask with `If-None-Match` and an unchanged one answers 304.',
    '',
    '**Errors** are problem details (RFC 9457) with a stable `code`.',
  ].join('\n'),
};
