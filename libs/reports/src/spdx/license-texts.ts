import { contentHash } from '../content-id';
import { conjunction, declaredLicense } from '../licenses/license';

/** Licences in an author's own words get an id in the document, `LicenseRef-...`. SPDX 2.3, clause 10. */
export class LicenseTexts {
  readonly #texts = new Map<string, string>();

  /** A valid licence expression for everything that a package states. */
  expressionOf(statements: readonly string[] | undefined): string {
    const licenses = (statements ?? []).filter((text) => text.trim() !== '').map(declaredLicense);
    const expressions = licenses.map((license) =>
      license.kind === 'text' ? { kind: 'id' as const, id: this.#reference(license.text) } : license,
    );
    return conjunction(expressions) ?? 'NOASSERTION';
  }

  infos(): object[] {
    return [...this.#texts].map(([licenseId, extractedText]) => ({ licenseId, extractedText }));
  }

  #reference(text: string): string {
    const id = `LicenseRef-${contentHash(text).slice(0, 16)}`;
    this.#texts.set(id, text);
    return id;
  }
}
