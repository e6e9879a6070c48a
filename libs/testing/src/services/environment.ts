import { defineSlice, optional, readConfig, text, urlOf } from '@tidewaiter/config';

const testServices = defineSlice({
  title: 'Tests',
  doc: 'Services that tests use instead of starting their own.',
  settings: {
    databaseUrl: optional('DATABASE_URL', urlOf(['postgresql:', 'postgres:']), { doc: '', secret: true }),
    redisUrl: optional('REDIS_URL', urlOf(['redis:', 'rediss:']), { doc: '', secret: true }),
    brokerUrl: optional('TIDEWAITER_TEST_SERVICES', urlOf(['http:']), { doc: '' }),
    ci: optional('CI', text(), { doc: '' }),
    searchPath: optional('PATH', text(), { doc: '' }),
  },
  finish: (values) => ({ ...values, isCi: values.ci !== undefined && values.ci !== 'false' }),
});

export function testEnvironment(): ReturnType<(typeof testServices)['finish']> {
  return readConfig({ testServices }).testServices;
}
