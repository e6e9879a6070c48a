import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import { messageOf, silentLogger, type Logger } from '@tidewaiter/kit';
import { createAccounts, type Accounts } from './access/accounts';
import { createAuthenticator, type Authenticator } from './access/authenticator';
import { tokenRoutes } from './access/token-routes';
import { createTokenIssuer } from './access/tokens';
import { blobRoutes } from './distribution/blob-routes';
import { createDataEndpoint, type DataEndpoint } from './distribution/data-endpoint';
import { listingRoutes } from './distribution/listing-routes';
import { manifestRoutes } from './distribution/manifest-routes';
import { uploadRoutes } from './distribution/upload-routes';
import { adminRoutes } from './admin-routes';
import type { DisturbanceRates } from './disturbance-rates.schema';
import { createDisturbances, type Disturbance, type Disturbances } from './disturbances';
import { createCourier, type Courier, type EventDisturbance } from './events/courier';
import type { DeliveryAttempt } from './events/delivery-log';
import type { EventDisturbanceRates } from './events/event-disturbances.schema';
import { createEventGrid, type SubscriptionState } from './events/event-grid';
import { eventRoutes, type EventParts } from './events/event-routes';
import { createWebhooks, type WebhookDelivery } from './events/webhooks';
import { faultBody, RegistryFault } from './fault';
import { jsonReply, sendReply, type Reply } from './http';
import { closeServer, listen, urlHost } from './listener';
import { attributeRoutes } from './management/attribute-routes';
import { deletedRoutes } from './management/deleted-routes';
import { managementRoutes } from './management/management-routes';
import type { AcrEmulatorOptions, EmulatorAccess } from './options';
import { createQuarantinePolicy } from './quarantine-policy';
import type { Registry } from './registry';
import { purgeDeleted } from './purge-deleted';
import { createSoftDeletePolicy } from './soft-delete-policy';
import { findRoute, type Route } from './router';
import { isNotFound, openBlobStore } from './storage/blob-store';
import { openCatalogue, type Catalogue } from './storage/catalogue';
import { openUploadStore } from './storage/upload-store';
import { operationsOf, type ThrottlingReport } from './throttling';
import { createThrottlingPolicy, type ThrottlingPolicy } from './throttling-policy';

export interface AcrEmulator {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The name it gives itself in challenges, listings and webhooks. */
  readonly loginServer: string;
  /** Address of the second listener, when blob downloads are redirected. */
  readonly dataUrl: string | undefined;
  /** Who may do what from now on: a rotated password, a role that was given or taken. */
  setAccess(access: EmulatorAccess): void;
  /** Switches the quarantine policy. Images that carry no mark can then not be pulled. */
  setQuarantine(isEnabled: boolean): void;
  /** The newest webhook attempts, oldest first. */
  deliveries(): readonly WebhookDelivery[];
  /** The newest attempts of Event Grid, handshakes included, oldest first. */
  eventGridDeliveries(): readonly DeliveryAttempt[];
  /** Asks the event subscriptions that have not agreed yet; the state of each by its name. */
  handshakes(): Promise<Readonly<Record<string, SubscriptionState>>>;
  /** Resolves when no webhook and no event of Event Grid is on its way any more. */
  webhooksSettled(): Promise<void>;
  /** What happens to events from now on; nothing when no rate is given. */
  disturbEvents(rates: EventDisturbanceRates): void;
  eventDisturbances(): Readonly<Record<EventDisturbance, number>>;
  /** What was let through and what refused since it was switched; undefined when nothing is throttled. */
  throttling(): ThrottlingReport | undefined;
  /** What goes wrong from now on; nothing when no rate is given. */
  disturb(rates: DisturbanceRates): void;
  disturbances(): Readonly<Record<Disturbance, number>>;
  close(): Promise<void>;
}

const dayMs = 86_400_000;
const tenGib = 10 * 1024 ** 3;

/** Starts an Azure Container Registry on this machine. Everything it keeps is below `dataDir` and survives a restart. */
export async function startAcrEmulator(options: AcrEmulatorOptions): Promise<AcrEmulator> {
  const host = options.host ?? '127.0.0.1';
  const logger = options.logger ?? silentLogger;
  await mkdir(options.dataDir, { recursive: true });
  const catalogue = openCatalogue(options.dataDir);
  const servers: Server[] = [];
  let closing: Promise<void> | undefined;
  try {
    const key = await signingKey(options.dataDir);
    const blobs = await openBlobStore(options.dataDir);
    await blobs.sweep((digest) => catalogue.blobs.isReferenced(digest));
    const uploads = await openUploadStore(options.dataDir, blobs, options.maxBlobBytes ?? tenGib);

    const dataEndpoint =
      options.dataEndpoint === true ? createDataEndpoint(blobs, key, options.dataLinkSeconds ?? 20 * 60) : undefined;
    const disturbances = createDisturbances(options.disturbances ?? {});
    const data = dataEndpoint === undefined ? undefined : { answer: dataEndpoint.answer, disturbances };
    const dataUrl = data === undefined ? undefined : await listenForData(options, host, data, servers);
    const throttling = createThrottlingPolicy(options.throttling);

    const server = createServer(options);
    servers.push(server);
    const port = await listen(server, options.port, host);
    const loginServer = options.loginServer ?? `${urlHost(host)}:${port}`;
    const url = `${scheme(options)}://${urlHost(host)}:${port}`;
    const events = createEvents(options, { loginServer, url, logger });
    const registry: Registry = {
      loginServer,
      catalogue,
      blobs,
      uploads,
      quarantine: createQuarantinePolicy(options.quarantine ?? false),
      softDelete: createSoftDeletePolicy(options.softDelete?.retentionDays),
      webhooks: events.webhooks,
      logger,
      ...(dataEndpoint === undefined ? {} : { blobLocation: (digest) => `${dataUrl}${dataEndpoint.link(digest)}` }),
    };
    const purging = setInterval(() => purgeDeleted(registry, new Date()), dayMs).unref();
    const accounts = createAccounts(options);
    const front = createFront(options, { registry, accounts, key, throttling, disturbances, events });
    server.on('request', (request, response) => void answer(front, request, response));
    return {
      url,
      host,
      port,
      loginServer,
      dataUrl,
      setQuarantine: (isEnabled) => registry.quarantine.enable(isEnabled),
      setAccess: (access) => accounts.replace(access),
      deliveries: () => events.webhooks.deliveries(),
      eventGridDeliveries: () => events.eventGrid.deliveries(),
      handshakes: () => events.eventGrid.handshakes(),
      webhooksSettled: () => events.courier.settled(),
      disturbEvents: (rates) => events.courier.disturb(rates),
      eventDisturbances: () => events.courier.counts(),
      throttling: () => throttling.current()?.report(),
      disturb: (rates) => disturbances.set(rates),
      disturbances: () => disturbances.counts(),
      close: () => {
        clearInterval(purging);
        return (closing ??= closeAll(servers, events.courier, catalogue));
      },
    };
  } catch (error) {
    await Promise.all(servers.map(closeServer));
    catalogue.close();
    throw error;
  }
}

/** What every request meets. */
interface Front {
  readonly authenticator: Authenticator;
  readonly routes: readonly Route[];
  readonly throttling: ThrottlingPolicy;
  readonly disturbances: Disturbances;
  readonly logger: Logger;
}

interface FrontParts {
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly key: Uint8Array;
  readonly throttling: ThrottlingPolicy;
  readonly disturbances: Disturbances;
  readonly events: EventParts;
}

interface EventPlace {
  readonly loginServer: string;
  readonly url: string;
  readonly logger: Logger;
}

function createEvents(options: AcrEmulatorOptions, { loginServer, url, logger }: EventPlace): EventParts {
  const courier = createCourier(options.eventDisturbances ?? {});
  const name = loginServer.split(/[.:]/)[0] ?? '';
  const provider = 'providers/Microsoft.ContainerRegistry/registries';
  const eventGrid = createEventGrid({
    subscriptions: options.eventSubscriptions ?? [],
    resourceId: options.resourceId ?? `/subscriptions/emulator/resourceGroups/emulator/${provider}/${name}`,
    url,
    courier,
    logger,
  });
  const webhooks = createWebhooks({
    webhooks: options.webhooks ?? [],
    loginServer,
    timeoutMs: options.webhookTimeoutMs ?? 5_000,
    courier,
    eventGrid,
    logger,
  });
  return { courier, eventGrid, webhooks };
}

function createFront(options: AcrEmulatorOptions, parts: FrontParts): Front {
  const { registry, accounts, key, throttling, disturbances, events } = parts;
  const service = registry.loginServer;
  const tokens = createTokenIssuer({
    key,
    service,
    // ACR's own lifetimes: 75 minutes and three hours.
    accessSeconds: options.accessTokenSeconds ?? 4_500,
    refreshSeconds: options.refreshTokenSeconds ?? 10_800,
  });
  const authenticator = createAuthenticator({ accounts, tokens, service, isTls: options.tls !== undefined });
  const routes = [
    ...tokenRoutes({ accounts, authenticator, tokens, service }),
    ...listingRoutes(registry),
    ...uploadRoutes(registry),
    ...blobRoutes(registry),
    ...manifestRoutes(registry),
    ...deletedRoutes(registry),
    ...managementRoutes(registry),
    ...attributeRoutes(registry),
    ...adminRoutes({
      ...{ throttling, disturbances, quarantine: registry.quarantine, softDelete: registry.softDelete },
      purge: (asOf) => purgeDeleted(registry, asOf),
    }),
    ...eventRoutes(events),
  ];
  return { authenticator, routes, throttling, disturbances, logger: registry.logger };
}

async function answer(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { logger } = front;
  const started = performance.now();
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const reply = await replyTo(front, request);
  try {
    // What controls the disturbances is not disturbed.
    const sent = path.startsWith('/emulator/') ? reply : front.disturbances.disturb(reply);
    if (sent === undefined) request.socket.resetAndDestroy();
    else await sendReply(request, response, sent);
  } catch (error) {
    logger.debug('response cut off', { path, error: messageOf(error) });
    response.destroy();
  }
  // The path alone: the query may hold a signature, the headers hold credentials.
  logger.debug('request answered', {
    method: request.method,
    path,
    status: reply.status,
    durationMs: Math.round(performance.now() - started),
  });
}

async function replyTo(front: Front, request: IncomingMessage): Promise<Reply> {
  const { authenticator, routes, logger } = front;
  const throttling = front.throttling.current();
  try {
    const { path, query } = readTarget(request);
    const found = findRoute(routes, request.method ?? '', path);
    if (found === undefined) throw new RegistryFault(404, 'NAME_UNKNOWN', 'nothing is at this path');
    if (found === 'wrong-method') throw new RegistryFault(405, 'UNSUPPORTED', 'the operation is unsupported');
    const { route, params } = found;
    const caller = authenticator.authorize(request, route.needs, params);
    throttling?.admit(operationsOf(request.method ?? '', path), caller.subject);
    const reply = await route.handle({ request, params, query, caller });
    return throttling === undefined ? reply : { ...reply, headers: { ...throttling.headers(), ...reply.headers } };
  } catch (error) {
    if (error instanceof RegistryFault) return jsonReply(error.status, faultBody(error), error.more.headers ?? {});
    if (request.destroyed) logger.debug('request cut off', { error: messageOf(error) });
    else logger.error('request failed', { error: messageOf(error) });
    return jsonReply(500, faultBody(new RegistryFault(500, 'UNKNOWN', 'the emulator failed, see its log')));
  }
}

function readTarget(request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const [rawPath = '/', rawQuery = ''] = splitOnce(request.url ?? '/', '?');
  try {
    return { path: decodeURIComponent(rawPath), query: new URLSearchParams(rawQuery) };
  } catch (error) {
    throw new RegistryFault(400, 'NAME_INVALID', 'path is not percent-encoded UTF-8', { detail: messageOf(error) });
  }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** The blob address uses the host the emulator listens at, on a port of its own. */
async function listenForData(
  options: AcrEmulatorOptions,
  host: string,
  { answer, disturbances }: { readonly answer: DataEndpoint['answer']; readonly disturbances: Disturbances },
  servers: Server[],
): Promise<string> {
  const server = createServer(options, (request, response) => {
    answer(request)
      .then((reply) => {
        const sent = disturbances.disturb(reply);
        if (sent !== undefined) return sendReply(request, response, sent);
        request.socket.resetAndDestroy();
        return undefined;
      })
      .catch(() => response.destroy());
  });
  servers.push(server);
  return `${scheme(options)}://${dataHost(options, host)}:${await listen(server, 0, host)}`;
}

/**
 * Another name than the registry's, as in Azure: clients written in Go send a registry's token along to another port of the same
 * name, and storage refuses it. A certificate may not have the other name in it.
 */
function dataHost({ tls }: AcrEmulatorOptions, host: string): string {
  return tls === undefined && host === '127.0.0.1' ? 'localhost' : urlHost(host);
}

function createServer(options: AcrEmulatorOptions, listener?: RequestListener): Server {
  return options.tls === undefined ? createHttpServer({}, listener) : createHttpsServer(options.tls, listener);
}

async function closeAll(servers: readonly Server[], courier: Courier, catalogue: Catalogue): Promise<void> {
  await Promise.all(servers.map(closeServer));
  await courier.close();
  catalogue.close();
}

/** Kept with the data, so that tokens handed out before a restart still work after it. */
async function signingKey(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, 'signing-key');
  try {
    return await readFile(path);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const key = randomBytes(32);
  await writeFile(path, key, { mode: 0o600, flag: 'wx' });
  return key;
}

function scheme(options: AcrEmulatorOptions): 'http' | 'https' {
  return options.tls === undefined ? 'http' : 'https';
}
