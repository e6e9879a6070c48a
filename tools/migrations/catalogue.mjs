import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * What scripts make of an empty database: one sorted line for every column, index and constraint. How an index is stored
 * (`WITH (...)`) is left out, and so is that a table is partitioned: the schema has no words for it, only a migration can say it.
 */
export async function catalogueOf(serverUrl, scripts) {
  const name = `catalogue_${randomBytes(6).toString('hex')}`;
  await query(serverUrl, `CREATE DATABASE ${name}`);
  try {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    for (const script of scripts) await query(url.href, script);
    const rows = await query(url.href, catalogueQuery);
    return rows.map((row) => row.line).sort();
  } finally {
    await query(serverUrl, `DROP DATABASE ${name}`);
  }
}

const catalogueQuery = `
  SELECT format('column %s.%s %s %s default %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, coalesce(pg_get_expr(d.adbin, d.adrelid), 'none')) AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT format('index %s', replace(regexp_replace(indexdef, ' WITH \\([^)]*\\)', ''), ' ON ONLY ', ' ON '))
    FROM pg_indexes JOIN pg_class c ON c.oid = format('%I.%I', schemaname, tablename)::regclass AND NOT c.relispartition
   WHERE schemaname = 'public'
  UNION ALL
  SELECT format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(pg_constraint.oid))
    FROM pg_constraint JOIN pg_class c ON c.oid = conrelid AND NOT c.relispartition
   WHERE connamespace = 'public'::regnamespace AND contype <> 'n'`;

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}
