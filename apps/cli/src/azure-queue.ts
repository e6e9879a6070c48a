/** A queue that Event Grid may write to, by Azure's id of it. */
export interface AzureQueue {
  /** As `az eventgrid event-subscription create --endpoint-type` knows it. */
  readonly endpointType: 'storagequeue' | 'servicebusqueue' | 'servicebustopic';
  /** Azure's id of what Event Grid writes to: for a subscription of a topic the topic. */
  readonly endpoint: string;
  /** Azure's id of what we fetch from. */
  readonly id: string;
  /** What whoever fetches needs on it. */
  readonly role: string;
  /** The registry's `eventQueueUrl`. */
  readonly address: string;
}

const group = String.raw`/subscriptions/[^/\s]{1,100}/resourceGroups/[^/\s]{1,100}/providers`;
const storage = new RegExp(
  `^${group}/Microsoft\\.Storage/storageAccounts/([^/\\s]{1,100})/queueServices/default/queues/([^/\\s]{1,100})$`,
  'i',
);
const busQueue = new RegExp(
  `^${group}/Microsoft\\.ServiceBus/namespaces/([^/\\s]{1,100})/queues/([^/\\s]{1,300})$`,
  'i',
);
const busTopic = new RegExp(
  `^(${group}/Microsoft\\.ServiceBus/namespaces/([^/\\s]{1,100})/topics/([^/\\s]{1,300}))/subscriptions/([^/\\s]{1,100})$`,
  'i',
);

/** Undefined for an id of anything else. The domain is `windows.net`, or that of another cloud. */
export function azureQueue(id: string, serviceDomain: string): AzureQueue | undefined {
  const [, account, stored] = storage.exec(id) ?? [];
  if (account !== undefined && stored !== undefined) {
    const address = `https://${account}.queue.core.${serviceDomain}/${stored}`;
    return { endpointType: 'storagequeue', endpoint: id, id, role: 'Storage Queue Data Message Processor', address };
  }
  const role = 'Azure Service Bus Data Receiver';
  const [, namespace, queue] = busQueue.exec(id) ?? [];
  if (namespace !== undefined && queue !== undefined) {
    // A "/" in the name of a queue is "~" in its id.
    const address = `https://${namespace}.servicebus.${serviceDomain}/${queue.replaceAll('~', '/')}`;
    return { endpointType: 'servicebusqueue', endpoint: id, id, role, address };
  }
  const [, endpoint, topicNamespace, topic, name] = busTopic.exec(id) ?? [];
  if (endpoint === undefined || topicNamespace === undefined || topic === undefined || name === undefined)
    return undefined;
  const path = `${topic.replaceAll('~', '/')}/subscriptions/${name}`;
  const address = `https://${topicNamespace}.servicebus.${serviceDomain}/${path}`;
  return { endpointType: 'servicebustopic', endpoint, id, role, address };
}
