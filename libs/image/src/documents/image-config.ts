import { ImageConfig } from '@tidewaiter/contracts';
import { textOrder } from '@tidewaiter/kit';
import type { ConfigDocument } from './documents.schema';

/** The facts of an image config in this project's words, sorted where the document has sets. */
export function imageConfigOf(document: ConfigDocument): ImageConfig {
  const { config, history } = document;
  return withoutEmpty({
    user: config?.User,
    entrypoint: config?.Entrypoint,
    command: config?.Cmd,
    workingDirectory: config?.WorkingDir,
    exposedPorts: keysOf(config?.ExposedPorts),
    environment: config?.Env,
    volumes: keysOf(config?.Volumes),
    labels: sorted(config?.Labels),
    stopSignal: config?.StopSignal,
    history: history?.map((step) => ({
      createdBy: step.created_by ?? '',
      hasLayer: step.empty_layer !== true,
      ...(typeof step.created === 'string' ? { created: step.created } : {}),
    })),
  });
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/** Tools write null, an empty text or an empty list for "not set". */
function withoutEmpty(config: Loose<ImageConfig>): ImageConfig {
  const said = Object.entries(config).filter(([, value]) => {
    if (value === null || value === undefined || value === '') return false;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  });
  return ImageConfig.parse(Object.fromEntries(said));
}

function keysOf(set: Readonly<Record<string, unknown>> | null | undefined): string[] {
  return Object.keys(set ?? {}).sort(textOrder);
}

function sorted(labels: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).sort(([a], [b]) => textOrder(a, b)));
}
