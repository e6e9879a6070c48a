import type { Explanation } from '@tidewaiter/contracts';
import type { Transaction } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { explain, explainOwned } from '@tidewaiter/matching';
import { packageOf, readPackages } from './judged-packages';
import { PostgresAdvisoryIndex } from './postgres-advisory-index';

/** Why packages have a vulnerability or have not, judged anew from the records as they are. By name. */
export async function explainPackages(
  tx: Transaction,
  packageIds: readonly number[],
  vulnerability: string,
): Promise<readonly Explanation[]> {
  const index = new PostgresAdvisoryIndex(tx);
  const explanations: Explanation[] = [];
  for (const row of await readPackages(tx, packageIds)) {
    const pkg = packageOf(row);
    if (row.ownedBy !== null) explanations.push(explainOwned(pkg, vulnerability, row.ownedBy));
    else {
      const keys = ecosystemOf(pkg)?.lookupKeys(pkg) ?? [];
      const inputs = await index.lookup(keys);
      const isCovered = inputs.length > 0 || (await index.covers(keys.map((key) => key.ecosystem))).size > 0;
      explanations.push(explain(pkg, vulnerability, inputs, isCovered));
    }
  }
  return explanations;
}
