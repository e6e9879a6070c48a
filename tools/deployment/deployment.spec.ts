import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command?: string | readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } };
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const root = path.resolve(import.meta.dirname, '../..');
const composeText = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(composeText, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const programs = ['receiver', 'scheduler', 'worker', 'api', 'migrate'];
const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8');

describe('docker-compose.yml', () => {
  it('runs Postgres, Redis, the migration and every role', () => {
    expect(services.map(([name]) => name).sort()).toEqual(['postgres', 'redis', ...programs].sort());
  });

  it('starts programs that the build makes', () => {
    const rolldown = readFileSync(path.join(root, 'rolldown.config.mjs'), 'utf8');
    for (const name of programs) {
      expect(compose.services[name]?.command).toEqual([`dist/${name}.mjs`]);
      expect(rolldown).toContain(`apps/${name}/src/main.ts`);
    }
  });

  it.each(services)('lets %s run without root, capabilities or a writable root, within limits', (_name, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.deploy?.resources.limits).toEqual({ cpus: expect.any(String), memory: expect.any(String) });
  });

  it.each(services)('asks %s for its health, or waits for its end', (name, { healthcheck }) => {
    if (name === 'migrate') expect(healthcheck).toEqual({ disable: true });
    else expect(healthcheck?.test?.length).toBeGreaterThan(1);
  });

  it('starts a role when its services are healthy and the schema is there', () => {
    for (const name of ['receiver', 'scheduler', 'worker', 'api']) {
      expect(compose.services[name]?.depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
        migrate: { condition: 'service_completed_successfully' },
      });
    }
  });

  it('pins every image it does not build to a version', () => {
    for (const name of ['postgres', 'redis']) expect(compose.services[name]?.image).toMatch(/^[a-z]+:\d+\.\d+/);
  });

  it('holds no secret itself: files for all, and refuses to start without their directory', () => {
    const held = services.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([variable]) => /(PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL|REDIS_URL)$/.test(variable))
        .map(([variable]) => `${name}: ${variable}`),
    );
    expect(held).toEqual([]);
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\$\{TIDEWAITER_SECRETS:\?/);
    for (const [, { secrets = [] }] of services) {
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
    }
  });

  it('refuses a start without the settings that have no sensible default', () => {
    for (const variable of ['ACR_LOGIN_SERVER', 'ACR_USERNAME', 'PUBLIC_URL', 'ADVISORIES', 'TIDEWAITER_SECRETS']) {
      expect(composeText).toMatch(new RegExp(`\\$\\{${variable}:\\?[^}]`));
    }
  });

  it('publishes the receiver and the API only, and keeps the data services inside', () => {
    const published = services.filter(([, { ports = [] }]) => ports.length > 0).map(([name]) => name);
    expect(published.sort()).toEqual(['api', 'receiver']);
    expect(compose.networks['data']).toEqual({ internal: true });
    for (const name of ['postgres', 'redis']) expect(compose.services[name]?.networks).toEqual(['data']);
  });

  it('gets every secret file from the program that makes them, and every process the settings it must have', () => {
    const maker = readFileSync(path.join(root, 'tools/secrets/main.mjs'), 'utf8');
    for (const name of Object.keys(compose.secrets)) expect(maker).toContain(`'${name}'`);
    for (const name of ['receiver', 'scheduler', 'worker', 'api']) {
      expect(Object.keys(compose.services[name]?.environment ?? {})).toEqual(
        expect.arrayContaining(['DATABASE_URL_FILE', 'REDIS_URL_FILE', 'ACR_LOGIN_SERVER', 'ADVISORIES', 'PUBLIC_URL']),
      );
      for (const [variable, value] of Object.entries(compose.services[name]?.environment ?? {})) {
        const secret = /^\/run\/secrets\/(.+)$/.exec(value)?.[1];
        if (variable.endsWith('_FILE')) expect(compose.services[name]?.secrets).toContain(secret);
      }
    }
  });

  it('asks each process at the port it listens on', () => {
    const ports = { receiver: 8081, scheduler: 8083, worker: 8082 };
    for (const [name, port] of Object.entries(ports)) {
      expect(compose.services[name]?.environment?.['HEALTH_URL']).toBe(`http://127.0.0.1:${port}/healthz`);
    }
    expect(dockerfile).toContain('HEALTH_URL=http://127.0.0.1:8080/healthz');
  });

  it('never lets Redis evict a job', () => {
    expect([compose.services['redis']?.command].flat().join(' ')).toContain('maxmemory-policy noeviction');
  });
});

describe('Dockerfile', () => {
  const instructions = dockerfile
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const production = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM')));

  it('pins its base to an exact version, the one the workspace runs on', () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${manifest.dependencies['node']}-bookworm-slim\n`);
    for (const line of instructions.filter((each) => each.startsWith('FROM')))
      expect(line).toMatch(/^FROM \$\{NODE_IMAGE\} AS /);
  });

  it('installs by the lock file, and no development packages into what is shipped', () => {
    const installs = instructions.filter((line) => /npm (ci|i|install)\b/.test(line));
    expect(installs).toEqual(['RUN npm ci --ignore-scripts', 'RUN npm ci --omit=dev --omit=optional --ignore-scripts']);
  });

  it('ships a process that is not root, has a health check and gets signals itself', () => {
    expect(production.filter((line) => line.startsWith('USER'))).toEqual(['USER 1000:1000']);
    expect(production.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true);
    expect(production.find((line) => line.startsWith('ENTRYPOINT'))).toMatch(/^ENTRYPOINT \["node"/);
    expect(production.some((line) => line.startsWith('RUN'))).toBe(false);
  });

  it('takes no secret and copies no whole checkout into what is shipped', () => {
    expect(instructions.filter((line) => /^(ARG|ENV).*(PASSWORD|SECRET|TOKEN|_KEY)/.test(line))).toEqual([]);
    expect(production.filter((line) => /^(COPY|ADD) \. /.test(line))).toEqual([]);
    const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toContain('*');
    for (const needed of ['apps', 'libs', 'prisma', 'tools/setup', 'package-lock.json'])
      expect(ignored).toContain(`!${needed}`);
  });
});
