import type { CsafBranch, CsafDocument } from './csaf.schema';

export interface CsafProduct {
  readonly id: string;
  readonly name: string;
  readonly cpe?: string;
  readonly purl?: string;
}

/** A component as part of a product: what statuses speak of. */
export interface CsafPlacement {
  /** Of the two together. */
  readonly id: string;
  readonly component: CsafProduct;
  /** What the component is part of where that is itself a component of the platform: a stream of a module. */
  readonly within?: CsafProduct;
  readonly platform: CsafProduct;
}

const maxDepth = 20;

/** The products of a document, and which component stands in which of them. */
export class CsafProducts {
  private readonly products = new Map<string, CsafProduct>();
  private readonly placements = new Map<string, { readonly component: string; readonly platform: string }>();

  constructor({ product_tree: tree }: CsafDocument) {
    for (const branch of tree?.branches ?? []) this.addBranch(branch, 0);
    for (const relation of tree?.relationships ?? []) {
      this.placements.set(relation.full_product_name.product_id, {
        component: relation.product_reference,
        platform: relation.relates_to_product_reference,
      });
    }
  }

  /** Whether the document says what this is, if only a product by itself. */
  isDefined(id: string): boolean {
    return this.placements.has(id) || this.products.has(id);
  }

  /** Undefined for a product that is no component of another. */
  placementOf(id: string): CsafPlacement | undefined {
    const placement = this.placements.get(id);
    if (placement === undefined) return undefined;
    const component = this.productOf(placement.component);
    const outer = this.placements.get(placement.platform);
    if (outer === undefined) return { id, component, platform: this.productOf(placement.platform) };
    return { id, component, within: this.productOf(outer.component), platform: this.productOf(outer.platform) };
  }

  private productOf(id: string): CsafProduct {
    return this.products.get(id) ?? { id, name: id };
  }

  private addBranch({ name, product, branches = [] }: CsafBranch, depth: number): void {
    if (product !== undefined) {
      const { cpe, purl } = product.product_identification_helper ?? {};
      this.products.set(product.product_id, {
        id: product.product_id,
        name: product.name ?? name,
        ...(cpe !== undefined && { cpe }),
        ...(purl !== undefined && { purl }),
      });
    }
    if (depth < maxDepth) for (const branch of branches) this.addBranch(branch, depth + 1);
  }
}
