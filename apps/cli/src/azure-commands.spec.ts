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
});
