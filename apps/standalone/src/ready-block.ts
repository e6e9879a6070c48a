export interface ReadyFacts {
  readonly url: string;
  readonly dataDir: string;
  readonly queue: 'PostgreSQL' | 'Redis';
  readonly registries: readonly string[];
  readonly sampleRegistry:
    { readonly host: string; readonly username: string; readonly passwordFile: string } | undefined;
  readonly advisorySources: readonly string[];
  readonly hasSampleAdvisories: boolean;
  readonly slack: boolean;
  readonly keyFile: string;
  /** Only on the start that made it. */
  readonly newKey: string | undefined;
}

/** What a start ends with: where things are, how to log in, how to go on. */
export function readyBlock(facts: ReadyFacts): string {
  const rows = [
    ['API', `${facts.url}/api/v1/images`],
    ['browse it', `${facts.url}/docs`],
    ['log in', login(facts)],
    ['registries', registries(facts)],
    ['advisories', advisories(facts)],
    ['alerts', facts.slack ? 'Slack' : 'none: set SLACK_WEBHOOK_URL'],
    ['data', `${facts.dataDir} (queue in ${facts.queue})`],
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const lines = rows.map(
    ([name = '', text = '']) => `  ${name.padEnd(width)}  ${text.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`,
  );
  const rule = '─'.repeat(78);
  return [rule, 'Tidewaiter is ready. Ctrl-C stops it; a restart keeps everything.', '', ...lines, rule].join('\n');
}

function login({ newKey, keyFile, url }: ReadyFacts): string {
  const key = newKey === undefined ? `the API key in ${keyFile}` : `API key ${newKey} (kept in ${keyFile})`;
  return `${key}\ncurl -H "Authorization: Bearer $(cat ${keyFile})" ${url}/api/v1/images`;
}

function registries({ registries: names, sampleRegistry }: ReadyFacts): string {
  if (sampleRegistry === undefined) return names.join(', ');
  const { host, username, passwordFile } = sampleRegistry;
  return [
    `${host}, an emulated Azure Container Registry with sample images`,
    `push to it as ${username} with the password in ${passwordFile}`,
    'a real one: ACR_LOGIN_SERVER=example.azurecr.io ACR_WEBHOOK_SECRET=... npm start',
    '(docs/configuration.md has every setting)',
  ].join('\n');
}

function advisories({ advisorySources, hasSampleAdvisories }: ReadyFacts): string {
  if (!hasSampleAdvisories) return advisorySources.join(', ');
  return 'a few samples, no substitute for a feed: set ADVISORIES to OSV directories, zips or URLs';
}
