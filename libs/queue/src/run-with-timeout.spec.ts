import { OperationalError } from '@tidewaiter/kit';
import { runWithTimeout, ShuttingDown } from './run-with-timeout';

describe('runWithTimeout', () => {
  it('answers with what the work answers', async () => {
    const controller = new AbortController();
    await expect(runWithTimeout(async () => 42, { controller, timeoutMs: 1_000 })).resolves.toBe(42);
    expect(controller.signal.aborted).toBe(false);
  });

  it('passes on what the work throws', async () => {
    const work = async (): Promise<never> => {
      throw new OperationalError('busy', 'Busy.');
    };
    await expect(runWithTimeout(work, { controller: new AbortController(), timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'busy',
    });
  });

  it('gives up work that ignores its signal', async () => {
    import.meta.jest.useFakeTimers();
    const running = runWithTimeout(() => new Promise(() => undefined), {
      controller: new AbortController(),
      timeoutMs: 60_000,
    });
    const outcome = expect(running).rejects.toMatchObject({ code: 'job-timeout' });
    await import.meta.jest.advanceTimersByTimeAsync(65_000);
    await outcome;
    expect(import.meta.jest.getTimerCount()).toBe(0);
    import.meta.jest.useRealTimers();
  });

  it('keeps the answer of work that was done anyway', async () => {
    const controller = new AbortController();
    const work = async (): Promise<string> => {
      controller.abort(new ShuttingDown());
      return 'done';
    };
    await expect(runWithTimeout(work, { controller, timeoutMs: 1_000 })).resolves.toBe('done');
  });

  it('says that the process is stopping, whatever the work throws because of it', async () => {
    const controller = new AbortController();
    const work = async (): Promise<never> => {
      controller.abort(new ShuttingDown());
      throw new Error('socket closed');
    };
    await expect(runWithTimeout(work, { controller, timeoutMs: 1_000 })).rejects.toBeInstanceOf(ShuttingDown);
  });
});
