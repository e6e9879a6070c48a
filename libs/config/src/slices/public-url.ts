import { defineSlice, optional } from '../slice';
import { urlOf } from '../value';

export interface PublicUrlConfig {
  /** Without a slash at its end. */
  readonly url: string;
  /** False when nobody said it: then it is what an API on this machine is usually reached by. */
  readonly isGiven: boolean;
}

export const publicUrlConfig = defineSlice({
  title: 'Public address',
  doc: 'How people reach the API, for the links in alerts.',
  settings: {
    url: optional('PUBLIC_URL', urlOf(['https:', 'http:']), {
      doc: 'The address of the API as its users see it. Without it links lead to this machine: http://127.0.0.1:8080.',
    }),
  },
  finish: ({ url }): PublicUrlConfig => ({
    url: (url ?? 'http://127.0.0.1:8080').replace(/\/$/, ''),
    isGiven: url !== undefined,
  }),
});
