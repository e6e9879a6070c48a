import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { OperationalError, systemCodeOf } from '@tidewaiter/kit';
import { recordFilesOf } from './snapshot';
import { maxSignatureBytes, type SourceKeys } from './source-keys';

/**
 * Whether every record file under a path is signed, as it came from its publisher: `NAME.asc` lies beside it.
 * @throws OperationalError `feed-signature-missing`, `feed-signature-wrong`
 */
export async function checkLocal(path: string, keys: SourceKeys): Promise<void> {
  for (const file of await recordFilesOf(path)) {
    await keys.check(file, createReadStream(file), await readSignature(file));
  }
}

async function readSignature(file: string): Promise<Buffer> {
  const path = `${file}.asc`;
  try {
    const { size } = await stat(path);
    if (size <= maxSignatureBytes) return await readFile(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    throw new OperationalError(
      'feed-signature-missing',
      `${file} has no signature beside it (${path}), and keys are configured for its feed; the last advisories stay.`,
      { cause: error },
    );
  }
  throw new OperationalError('feed-too-large', `${path} is larger than the allowed ${maxSignatureBytes} bytes.`);
}
