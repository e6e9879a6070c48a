import type { VexProduct, VexStatement } from '@tidewaiter/contracts';
import type { VexProblem } from '../vex-problem';
import { OpenVexDocument, OpenVexStatement, type Component, type Product } from './openvex.schema';

/** https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md; undefined when the document is of another format. */
export function readOpenVex(json: unknown): Iterable<VexStatement | VexProblem> | undefined {
  const document = OpenVexDocument.safeParse(json);
  return document.success ? statementsOf(document.data) : undefined;
}

function* statementsOf(document: OpenVexDocument): Generator<VexStatement | VexProblem> {
  for (const [index, value] of document.statements.entries()) {
    const statement = OpenVexStatement.safeParse(value);
    if (statement.success) yield statementOf(document, statement.data, index);
    else {
      const what = statement.error.issues[0]?.path.join('.') ?? '';
      yield { code: 'vex-statement-invalid', message: `has a statement ${String(index)} whose ${what} cannot be used` };
    }
  }
}

function statementOf(document: OpenVexDocument, statement: OpenVexStatement, index: number): VexStatement | VexProblem {
  const { vulnerability, status, justification, impact_statement: impact, action_statement: action } = statement;
  const shared = statement.subcomponents;
  const products = statement.products.flatMap((product) => productOf(product, shared));
  const where = `has a statement ${String(index)} that`;
  // The specification demands one of them: without a reason nobody can check the claim.
  if (status === 'not_affected' && justification === undefined && impact === undefined)
    return { code: 'vex-justification-missing', message: `${where} does not say why a product is not affected` };
  if (products.length === 0)
    return { code: 'vex-product-unknown', message: `${where} names no product by purl or digest` };
  const vulnerabilities = namesOf(vulnerability);
  if (vulnerabilities.length === 0)
    return { code: 'vex-statement-invalid', message: `${where} does not name a vulnerability` };
  const words = impact ?? action;
  return {
    document: document['@id'],
    author: document.author,
    timestamp: statement.timestamp ?? document.timestamp,
    vulnerabilities,
    status,
    ...(justification !== undefined && { justification }),
    ...(words !== undefined && { statement: words }),
    products,
  };
}

/** `@id` is mostly an address that ends in the name. */
function namesOf({ '@id': id, name, aliases }: OpenVexStatement['vulnerability']): readonly string[] {
  return [...new Set([...(name === undefined ? [] : [name]), ...aliases, ...(id === undefined ? [] : [lastPart(id)])])];
}

function lastPart(id: string): string {
  return id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf(':')) + 1);
}

/** A product of which parts are named, none of them by purl, must not become the whole product. */
function productOf(product: Product, shared: readonly Component[]): readonly VexProduct[] {
  const parts = [...product.subcomponents, ...shared];
  const subcomponents = parts.flatMap(purlOf);
  if (parts.length > 0 && subcomponents.length === 0) return [];
  const [purl] = purlOf(product);
  const sha256 = product.hashes?.['sha-256'];
  if (purl !== undefined) return [{ purl, subcomponents }];
  return sha256 === undefined ? [] : [{ digest: `sha256:${sha256.toLowerCase()}`, subcomponents }];
}

function purlOf({ '@id': id, identifiers }: Component): readonly string[] {
  const purl = identifiers?.purl ?? id;
  return purl?.startsWith('pkg:') === true ? [purl] : [];
}
