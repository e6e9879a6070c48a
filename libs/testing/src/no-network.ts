/**
 * A connection to anywhere but this machine is refused and remembered; forbid-network.ts makes the test that tried it fail. Tests
 * that want to see such an attempt take it with `takeOutboundAttempts()`.
 */
import dns from 'node:dns';
import net from 'node:net';

interface OutboundAttempt {
  readonly target: string;
  readonly caller: string;
}

/** Patched once per process and read by every test file in it, so it hangs on the patched thing itself. */
interface Guard {
  readonly attempts: OutboundAttempt[];
}

const guardKey = Symbol.for('tidewaiter.no-network');
const guard = installOnce();

/** What was tried since the last call; it no longer fails the test. */
export function takeOutboundAttempts(): readonly OutboundAttempt[] {
  return guard.attempts.splice(0);
}

function installOnce(): Guard {
  const prototype: object = net.Socket.prototype;
  const installed: unknown = Reflect.get(prototype, guardKey);
  // Written by this very function in another test file of the same process.
  if (installed !== undefined) return installed as Guard;
  const fresh: Guard = { attempts: [] };
  Reflect.set(prototype, guardKey, fresh);
  guardSockets(fresh);
  guardNames(fresh);
  return fresh;
}

function guardSockets({ attempts }: Guard): void {
  const connect: unknown = Reflect.get(net.Socket.prototype, 'connect');
  if (typeof connect !== 'function') throw new Error('net.Socket has no connect');
  Reflect.set(net.Socket.prototype, 'connect', function guarded(this: net.Socket, ...parameters: unknown[]): unknown {
    const target = targetOf(parameters);
    if (isThisMachine(target)) {
      const socket: unknown = Reflect.apply(connect, this, parameters);
      return socket;
    }
    attempts.push({ target, caller: callerOf() });
    process.nextTick(() => this.destroy(refusal(target)));
    return this;
  });
}

/** Asking a name server is a network call of its own. */
function guardNames({ attempts }: Guard): void {
  for (const name of [
    'resolve',
    'resolve4',
    'resolve6',
    'resolveTxt',
    'resolveSrv',
    'resolveMx',
    'resolveCname',
  ] as const) {
    Reflect.set(dns.promises, name, async (host: string) => {
      attempts.push({ target: host, caller: callerOf() });
      throw refusal(host);
    });
    Reflect.set(dns, name, (host: string, ...rest: unknown[]) => {
      attempts.push({ target: host, caller: callerOf() });
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done, refusal(host));
    });
  }
}

/** connect(options), connect(port, host), connect(path), and the array node:net itself passes on. */
function targetOf(parameters: readonly unknown[]): string {
  const first: unknown = Array.isArray(parameters[0]) ? parameters[0][0] : parameters[0];
  if (typeof first === 'object' && first !== null) {
    if ('path' in first && typeof first.path === 'string') return 'localhost';
    return 'host' in first && typeof first.host === 'string' ? first.host : 'localhost';
  }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return 'localhost';
  return typeof parameters[1] === 'string' ? parameters[1] : 'localhost';
}

function isThisMachine(host: string): boolean {
  return (
    host === '' ||
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    host === '[::1]' ||
    host === '0.0.0.0' ||
    /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
  );
}

function refusal(target: string): Error {
  return Object.assign(new Error(`tests may not reach ${target}; use a server on 127.0.0.1`), { code: 'ENETUNREACH' });
}

function callerOf(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  const ours = lines.filter((line) => !line.includes('node:') && !line.includes('no-network.ts'));
  return ours.slice(0, 4).join('\n');
}
