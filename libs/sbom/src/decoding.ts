import { gunzipSync } from 'node:zlib';
import { err, messageOf, ok, systemCodeOf, type Result } from '@tidewaiter/kit';
import type { SbomLimits } from './component';

/** Why a document is not read; the message continues a sentence that begins with its name. */
export interface SbomFault {
  readonly code: 'sbom-unrecognised' | 'sbom-invalid' | 'sbom-too-large';
  readonly message: string;
}

/** UTF-8, or UTF-16 where a byte order mark says so: what a Windows shell writes. */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** The bytes of a document, also where it is gzipped. */
export function inflated(bytes: Uint8Array, { documentBytes }: SbomLimits): Result<Uint8Array, SbomFault> {
  if (bytes.length > documentBytes) return err(tooLarge(documentBytes));
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return ok(bytes);
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: documentBytes }));
  } catch (error) {
    return err(
      systemCodeOf(error) === 'ERR_BUFFER_TOO_LARGE'
        ? tooLarge(documentBytes)
        : { code: 'sbom-invalid', message: `cannot be inflated (${messageOf(error)})` },
    );
  }
}

function tooLarge(limit: number): SbomFault {
  return { code: 'sbom-too-large', message: `is larger than ${limit} bytes` };
}
