import { z } from 'zod';
import { defineSlice, optional, type SliceValue } from '../slice';

/** The form keys are made in. Only its hash is kept, and a fast one, so a key must be random and not chosen by somebody. */
const apiKey = z
  .string()
  .regex(
    /^twk_[A-Za-z0-9_-]{43}$/,
    'must be twk_ and 32 random bytes as 43 characters of base64url: ' +
      `echo "twk_$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')"`,
  );

export const apiConfig = defineSlice({
  title: 'API access',
  doc: 'Who may use the API before anybody has made a key in it.',
  settings: {
    key: optional('TIDEWAITER_API_KEY', apiKey, {
      doc: 'An API key that may do everything: `twk_` and 32 random bytes in base64url. The one set before it is revoked.',
      secret: true,
    }),
  },
});
export type ApiConfig = SliceValue<typeof apiConfig>;
