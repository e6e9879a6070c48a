import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import.meta.jest.setTimeout(30_000);

describe('stopOnSignal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s and ends with 0', async (signal) => {
    const running = await start(50);
    running.child.kill(signal);
    expect(await running.exitCode).toBe(0);
    expect(running.said()).toContain('stopped');
  });

  it('cuts off a stop that takes longer than its deadline', async () => {
    const running = await start(60_000);
    running.child.kill('SIGTERM');
    expect(await running.exitCode).toBe(1);
    expect(running.said()).not.toContain('stopped');
  });

  it('ends at once on a second signal', async () => {
    const running = await start(400);
    running.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 100));
    running.child.kill('SIGINT');
    expect(await running.exitCode).toBe(1);
    expect(running.said()).not.toContain('stopped');
  });
});

async function start(stopMs: number): Promise<{ child: ChildProcess; exitCode: Promise<unknown>; said(): string }> {
  const script = path.join(import.meta.dirname, '../testing/wait-for-signal.ts');
  const child = spawn(process.execPath, ['--import', './tools/typescript/register.mjs', script, String(stopMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const exitCode = new Promise((resolve) => child.once('exit', resolve));
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('ready')) resolve();
    });
  });
  await Promise.race([ready, once(child, 'exit')]);
  return { child, exitCode, said: () => said };
}
