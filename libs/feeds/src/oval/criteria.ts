import type { XmlElement } from '@tidewaiter/formats';

/** A tree of conditions, as small as it can be kept. */
export type Criteria =
  | { readonly kind: 'all' | 'any'; readonly members: readonly Criteria[]; readonly isNegated: boolean }
  | { readonly kind: 'leaf'; readonly test: string; readonly comment: string; readonly isNegated: boolean };

export type CriteriaLeaf = Pick<Extract<Criteria, { kind: 'leaf' }>, 'test' | 'comment'>;

export function criteriaOf(element: XmlElement): Criteria {
  const isNegated = element.attributes.get('negate') === 'true';
  if (element.name === 'criterion') {
    const test = element.attributes.get('test_ref') ?? '';
    return { kind: 'leaf', test, comment: element.attributes.get('comment') ?? '', isNegated };
  }
  const members = element.children.filter(({ name }) => name === 'criteria' || name === 'criterion').map(criteriaOf);
  return { kind: element.attributes.get('operator') === 'OR' ? 'any' : 'all', members, isNegated };
}

/**
 * The same as a list of alternatives. Undefined where something is negated, which would need the whole machine to answer,
 * or where there are more of them than allowed.
 */
export function conjunctionsOf(criteria: Criteria, max: number): CriteriaLeaf[][] | undefined {
  if (criteria.isNegated) return undefined;
  if (criteria.kind === 'leaf') return [[criteria]];
  let found: CriteriaLeaf[][] = criteria.kind === 'all' ? [[]] : [];
  for (const member of criteria.members) {
    const inner = conjunctionsOf(member, max);
    if (inner === undefined) return undefined;
    if (criteria.kind === 'any') found = [...found, ...inner];
    else {
      if (found.length * inner.length > max) return undefined;
      found = found.flatMap((left) => inner.map((right) => [...left, ...right]));
    }
    if (found.length > max) return undefined;
  }
  return found;
}
