import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient, type Prisma } from './generated/client';

/** The rows, by Prisma. Hot set-based statements use its `$queryRaw`; they live next to the repository that owns them. */
export type Database = PrismaClient;

/** What a repository method takes so that it can be part of its caller's transaction. */
export type Transaction = Prisma.TransactionClient;

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly maxConnections?: number;
}

export function openDatabase({ url, applicationName, maxConnections = 10 }: DatabaseOptions): Database {
  const adapter = new PrismaPg({
    connectionString: url,
    application_name: applicationName,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
  });
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 60_000 } });
}
