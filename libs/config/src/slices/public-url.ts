import { defineSlice, withDefault } from '../slice';
import { urlOf } from '../value';

export interface PublicUrlConfig {
  /** Without a slash at its end. */
  readonly url: string;
}

export const publicUrlConfig = defineSlice({
  title: 'Public address',
  doc: 'How people reach the API, for the links in alerts.',
  settings: {
    url: withDefault('PUBLIC_URL', 'http://127.0.0.1:8080', urlOf(['https:', 'http:']), {
      doc: 'The address of the API as its users see it.',
    }),
  },
  finish: ({ url }): PublicUrlConfig => ({ url: url.replace(/\/$/, '') }),
});
