import { OperationalError } from '@tidewaiter/kit';
import { createLogger, nestLogger } from './create-logger';

describe('the log', () => {
  it('is one JSON object a line: time, level, app, message and the fields', () => {
    const { logger, lines } = open('json');
    logger.info('scan finished', { scanId: 'a', findings: 3 });
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
      level: 'info',
      app: 'worker',
      msg: 'scan finished',
      scanId: 'a',
      findings: 3,
    });
  });

  it('is short lines for people', () => {
    const { logger, lines } = open('text');
    logger.warn('job attempt failed', { queue: 'scan', reason: 'the registry is busy', attempt: 1 });
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d warn {2}job attempt failed queue=scan reason="the registry is busy" attempt=1\n$/,
    );
  });

  it('holds no secret, wherever in the fields it is', () => {
    const { logger, lines } = open('json');
    logger.error('start failed', {
      password: 'hunter2',
      webhookSecret: 'hunter2',
      hasPassword: true,
      config: { registries: [{ credentials: { username: 'u', password: 'hunter2' } }], apiKey: 'hunter2' },
      headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' },
      reason: 'cannot reach postgresql://u:hunter2@db/x or redis://:hunter2@cache',
      error: new OperationalError('down', 'at https://u:hunter2@r.example', { cause: new Error('amqp://a:hunter2@b') }),
    });
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).toContain('postgresql://[removed]@db/x');
  });

  it('spells out errors with their cause, and survives what cannot be written', () => {
    const { logger, lines } = open('json');
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    logger.error('job broke', {
      error: new OperationalError('busy', 'Busy.', { cause: new Error('socket') }),
      circle,
      big: 1n,
    });
    const entry: unknown = JSON.parse(lines[0] ?? '');
    expect(entry).toMatchObject({
      error: { name: 'OperationalError', code: 'busy', cause: { message: 'socket' } },
      big: '1',
    });
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = open('json');
    logger.debug('cache hit');
    nestLogger(logger).log('Nest application successfully started', 'NestApplication');
    expect(lines).toEqual([]);
    nestLogger(logger).error('it broke', 'stack', 'Injector');
    expect(lines[0]).toContain('"text":"it broke"');
  });
});

function open(format: 'json' | 'text'): { logger: ReturnType<typeof createLogger>; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { logger: createLogger({ app: 'worker', level: 'info', format, destination }), lines };
}
