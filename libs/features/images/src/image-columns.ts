import { Prisma } from '@tidewaiter/db';

export interface ImageRow {
  readonly id: number;
  readonly digest: string;
  readonly platform: string | null;
  readonly state: string;
  readonly osId: string | null;
  readonly osVersionId: string | null;
  readonly osPrettyName: string | null;
  readonly scannedAt: Date;
  readonly packages: number | null;
  readonly critical: number | null;
  readonly high: number | null;
  readonly medium: number | null;
  readonly low: number | null;
  readonly negligible: number | null;
  readonly unknown: number | null;
  readonly undetermined: number | null;
  readonly fixable: number | null;
  readonly suppressed: number | null;
}

/** SQL: the columns of an `ImageRow`; `i` is the image, `s` are its counts. */
export const imageColumns = Prisma.sql`
  i.id, i.digest, i.platform, i.state, i.os_id AS "osId", i.os_version_id AS "osVersionId",
  i.os_pretty_name AS "osPrettyName", i.scanned_at AS "scannedAt", s.packages, s.critical, s.high, s.medium, s.low,
  s.negligible, s.unknown, s.undetermined, s.fixable, s.suppressed`;
