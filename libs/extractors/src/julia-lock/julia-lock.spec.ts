import { extracted, namesIn } from '../spec-extraction';
import { juliaLock } from './julia-lock';

const entry = `uuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6"\nversion = "0.21.4"\n`;

describe('Manifest.toml', () => {
  it.each([
    [
      '2',
      `julia_version = "1.9.0"\nmanifest_format = "2.0"\n\n[[deps.JSON]]\n${entry}\n[[deps.Dates]]\nuuid = "ade2"\n`,
    ],
    ['1', `[[JSON]]\n${entry}\n[[Dates]]\nuuid = "ade2"\n`],
  ])('of format %s names packages with their UUIDs, without the standard library', async (_format, text) => {
    expect((await extracted(juliaLock, 'Manifest.toml', text)).packages).toEqual([
      { name: 'JSON', version: '0.21.4', purlQualifiers: { uuid: '682c06a0-de6a-54ab-a142-c8b1cf79cde6' } },
    ]);
  });

  it.each(['[[deps', 'a = 1'])('that is %j is a problem', async (content) => {
    expect(await namesIn(juliaLock, 'Manifest.toml', content)).toEqual(['lock-unreadable']);
  });
});
