import type { AdvisoryIndex, Explanation, Inventory } from '@tidewaiter/contracts';
import { explain, explainOwned } from '@tidewaiter/matching';
import { isAskedFor } from '@tidewaiter/sbom';
import { distinct, isCovered, lookedUp } from './scan-report';

/**
 * Why a vulnerability is found in the packages of an inventory or is not. All packages that some record about it speaks of;
 * or those that are asked about by name, `name@version` or purl, whatever is known of them.
 */
export async function explainInventory(
  inventory: Pick<Inventory, 'packages'>,
  { vulnerability, asked }: { readonly vulnerability: string; readonly asked: string | undefined },
  index: AdvisoryIndex,
): Promise<readonly Explanation[]> {
  const packages = inventory.packages.filter((pkg) => asked === undefined || isAskedFor(pkg, asked));
  // Who does not ask about a package is not told that another one is judged in its place.
  const owned = asked === undefined ? [] : packages;
  const explanations = owned.flatMap((pkg) =>
    pkg.ownedBy === undefined ? [] : [explainOwned(pkg, vulnerability, pkg.ownedBy)],
  );
  const judged = distinct(packages.filter((pkg) => pkg.ownedBy === undefined));
  for await (const { pkg, inputs } of lookedUp(judged, index)) {
    const explanation = explain(pkg, vulnerability, inputs, inputs.length > 0 || (await isCovered(pkg, index)));
    if (asked !== undefined || explanation.outcome !== 'no-record') explanations.push(explanation);
  }
  return explanations;
}
