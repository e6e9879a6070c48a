import { azureQueue } from './azure-queue';
import { azureCommands, shellText, type AzureConnection } from './azure-commands';

const connection: AzureConnection = {
  registry: 'contoso',
  cliCloud: undefined,
  principal: '00000000-1111-2222-3333-444444444444',
  mode: 'rbac',
  prefixes: [],
  events: 'webhook',
  receiver: 'https://hooks.example',
  name: 'production',
};

function script(change: Partial<AzureConnection>): readonly string[] {
  return azureCommands({ ...connection, ...change }).map(shellText);
}

const assign =
  'az role assignment create --assignee-object-id 00000000-1111-2222-3333-444444444444 --assignee-principal-type ServicePrincipal';

describe('the commands that connect a registry', () => {
  it('are a role and a webhook', () => {
    expect(script({})).toEqual([
      'REGISTRY_ID=$(az acr show --name contoso --query id --output tsv)',
      `${assign} --role AcrPull --scope "$REGISTRY_ID" --output none`,
      'az acr webhook create --registry contoso --name tidewaiter --uri https://hooks.example/hooks/acr/production ' +
        '--actions push delete quarantine --headers "Authorization=Bearer $TIDEWAITER_WEBHOOK_SECRET" --output none',
    ]);
  });

  it('are two roles with ABAC, one of them with its condition', () => {
    const repositories = 'Microsoft.ContainerRegistry/registries/repositories';
    const [, reader, lister] = script({ mode: 'abac', prefixes: ['team/', "o'k/"], events: 'none' });
    expect(reader).toContain(
      `${assign} --role 'Container Registry Repository Reader' --scope "$REGISTRY_ID" --condition '`,
    );
    expect(reader).toContain(`@Request[${repositories}:name] StringStartsWithIgnoreCase '\\''team/'\\''`);
    expect(lister).toBe(
      `${assign} --role 'Container Registry Repository Catalog Lister' --scope "$REGISTRY_ID" --output none`,
    );
  });

  it('begin with the cloud, and subscribe to Event Grid with a secret header', () => {
    const [cloud, id, subscription] = script({
      cliCloud: 'AzureUSGovernment',
      principal: undefined,
      events: 'event-grid',
    });
    expect(cloud).toBe('az cloud set --name AzureUSGovernment');
    expect(id).toContain('az acr show');
    expect(subscription).toContain('--endpoint https://hooks.example/hooks/eventgrid/production');
    expect(subscription).toContain(
      '--delivery-attribute-mapping Authorization static "Bearer $TIDEWAITER_WEBHOOK_SECRET" true',
    );
  });

  const group = '/subscriptions/s/resourceGroups/g/providers';
  const bus = `${group}/Microsoft.ServiceBus/namespaces/contoso`;
  const account = `${group}/Microsoft.Storage/storageAccounts/contoso`;
  const roles: Readonly<Record<string, string>> = {
    servicebusqueue: 'Azure Service Bus Data Receiver',
    servicebustopic: 'Azure Service Bus Data Receiver',
    storagequeue: 'Storage Queue Data Message Processor',
  };

  it.each([
    ['servicebusqueue', `${bus}/queues/acr~events`, 'contoso.servicebus.windows.net/acr/events'],
    ['servicebustopic', `${bus}/topics/acr/subscriptions/us`, 'contoso.servicebus.windows.net/acr/subscriptions/us'],
    ['storagequeue', `${account}/queueServices/default/queues/acr`, 'contoso.queue.core.windows.net/acr'],
  ])('have Event Grid write to a %s, and let us fetch from it', (type, id, address) => {
    const queue = azureQueue(id, 'windows.net');
    const [, , fetch, write] = script({ events: 'queue', receiver: '', queue });
    expect(fetch).toBe(
      `${assign} --role '${roles[type] ?? ''}' --scope ${id.replace(/^.*~.*$/, "'$&'")} --output none`,
    );
    expect(write).toContain(
      'eventgrid event-subscription create --name tidewaiter --source-resource-id "$REGISTRY_ID"',
    );
    const endpoint = id.replace(/(\/topics\/acr)\/.*/, '$1').replace(/^.*~.*$/, "'$&'");
    expect(write).toContain(` --endpoint-type ${type} --endpoint ${endpoint} --event-delivery-schema`);
    expect(write).not.toContain('SECRET');
    const whys = azureCommands({ ...connection, events: 'queue', queue }).map(({ why }) => why);
    expect(whys.at(-1)).toMatch(new RegExp(`"eventQueueUrl" is https://${address}$`));
  });

  it('know no other queue', () => {
    expect(azureQueue(bus, 'windows.net')).toBeUndefined();
    expect(azureQueue(`${bus}/topics/acr`, 'windows.net')).toBeUndefined();
    expect(azureQueue(`${bus}/queues/a b`, 'windows.net')).toBeUndefined();
  });
});
