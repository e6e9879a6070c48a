import type { AzureQueue } from './azure-queue';

/** What stands for a value that is known or shown only when a command runs. */
export const placeholders = { registryId: '$REGISTRY_ID', secret: '$TIDEWAITER_WEBHOOK_SECRET' } as const;

export interface AzureConnection {
  /** `contoso`, without its domain. */
  readonly registry: string;
  /** As `az cloud set --name` knows it; undefined for the public one, which is where az begins. */
  readonly cliCloud: string | undefined;
  /** Object id of the identity that will pull; no role is assigned without it. */
  readonly principal: string | undefined;
  /** `abac`: a registry whose roles count by repository. */
  readonly mode: 'rbac' | 'abac';
  /** Only these repositories are opened, by prefix (`team/`); ABAC alone can say that. */
  readonly prefixes: readonly string[];
  readonly events: 'webhook' | 'event-grid' | 'queue' | 'none';
  /** Where the receiver is reached from Azure, without a path; nobody has to reach it with a queue. */
  readonly receiver: string;
  /** Where Event Grid writes and we fetch. */
  readonly queue?: AzureQueue | undefined;
  /** Our name for the registry. */
  readonly name: string;
}

export interface AzureCommand {
  readonly why: string;
  /** Words after `az`; placeholders in them are filled in when it runs. */
  readonly words: readonly string[];
  /** The placeholder that its output is the value of. */
  readonly gives?: typeof placeholders.registryId;
}

/** The commands that let us read a registry and be told of what is pushed to it, in the order they have to run. */
export function azureCommands(connection: AzureConnection): readonly AzureCommand[] {
  const { registry, cliCloud, principal, events, queue } = connection;
  return [
    ...(cliCloud === undefined
      ? []
      : [{ why: 'The cloud the registry is in', words: ['cloud', 'set', '--name', cliCloud] }]),
    {
      why: "The registry's Azure id",
      words: ['acr', 'show', '--name', registry, '--query', 'id', '--output', 'tsv'],
      gives: placeholders.registryId,
    },
    ...(principal === undefined ? [] : roleCommands(connection, principal)),
    ...(events === 'webhook' ? [webhookCommand(connection)] : []),
    ...(events === 'event-grid' ? [eventGridCommand(connection)] : []),
    ...(queue === undefined ? [] : queueCommands(queue, principal)),
  ];
}

/** As somebody would type it. */
export function shellText({ words, gives }: AzureCommand): string {
  const line = ['az', ...words.map(quoted)].join(' ');
  return gives === undefined ? line : `${gives.slice(1)}=$(${line})`;
}

/** https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions */
function roleCommands({ mode, prefixes }: AzureConnection, principal: string): AzureCommand[] {
  const assign = (why: string, role: string, condition?: readonly string[]): AzureCommand => ({
    why,
    words: assignmentWords(principal, role, placeholders.registryId, condition),
  });
  if (mode === 'rbac') return [assign('Pull and list', 'AcrPull')];
  const condition = prefixes.length === 0 ? [] : ['--condition', conditionOf(prefixes), '--condition-version', '2.0'];
  return [
    assign('Read repositories', 'Container Registry Repository Reader', condition),
    assign('List repositories', 'Container Registry Repository Catalog Lister'),
  ];
}

function assignmentWords(
  principal: string,
  role: string,
  scope: string,
  condition: readonly string[] = [],
): readonly string[] {
  const whom = ['--assignee-object-id', principal, '--assignee-principal-type', 'ServicePrincipal'];
  const what = ['--role', role, '--scope', scope, ...condition, '--output', 'none'];
  return ['role', 'assignment', 'create', ...whom, ...what];
}

function conditionOf(prefixes: readonly string[]): string {
  const base = 'Microsoft.ContainerRegistry/registries/repositories';
  const otherActions = ['content/read', 'metadata/read'].map((action) => `!(ActionMatches{'${base}/${action}'})`);
  const names = prefixes.map((prefix) => `@Request[${base}:name] StringStartsWithIgnoreCase '${prefix}'`);
  return `((${otherActions.join(' AND ')}) OR (${names.join(' OR ')}))`;
}

function webhookCommand({ registry, receiver, name }: AzureConnection): AzureCommand {
  const target = ['--uri', `${receiver}/hooks/acr/${name}`, '--actions', 'push', 'delete', 'quarantine'];
  const secret = ['--headers', `Authorization=Bearer ${placeholders.secret}`];
  const words = ['acr', 'webhook', 'create', '--registry', registry, '--name', 'tidewaiter', ...target, ...secret];
  return { why: 'Be told of what is pushed and deleted', words: [...words, '--output', 'none'] };
}

function eventGridCommand({ receiver, name }: AzureConnection): AzureCommand {
  return {
    why: 'Be told of what is pushed and deleted, with retries',
    words: [
      ...subscriptionWords(['--endpoint', `${receiver}/hooks/eventgrid/${name}`]),
      ...['--delivery-attribute-mapping', 'Authorization', 'static', `Bearer ${placeholders.secret}`, 'true'],
      ...['--output', 'none'],
    ],
  };
}

/** https://learn.microsoft.com/azure/event-grid/handler-service-bus and handler-storage-queues */
function queueCommands(queue: AzureQueue, principal: string | undefined): AzureCommand[] {
  const { endpointType, endpoint, id, role, address } = queue;
  const target = ['--endpoint-type', endpointType, '--endpoint', endpoint];
  const write = `Have what is pushed and deleted written to the queue; "eventQueueUrl" is ${address}`;
  return [
    ...(principal === undefined ? [] : [{ why: 'Fetch from the queue', words: assignmentWords(principal, role, id) }]),
    { why: write, words: [...subscriptionWords(target), '--output', 'none'] },
  ];
}

function subscriptionWords(target: readonly string[]): readonly string[] {
  const types = ['ImagePushed', 'ImageDeleted'].map((type) => `Microsoft.ContainerRegistry.${type}`);
  return [
    ...['eventgrid', 'event-subscription', 'create', '--name', 'tidewaiter'],
    ...['--source-resource-id', placeholders.registryId, ...target],
    ...['--event-delivery-schema', 'cloudeventschemav1_0', '--included-event-types', ...types],
  ];
}

/** Double quotes where a placeholder has to be filled in by the shell, single ones where nothing may. */
function quoted(word: string): string {
  if (/^[A-Za-z0-9_./:@=-]+$/.test(word)) return word;
  const isFilled = Object.values(placeholders).some((placeholder) => word.includes(placeholder));
  return isFilled ? `"${word}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
