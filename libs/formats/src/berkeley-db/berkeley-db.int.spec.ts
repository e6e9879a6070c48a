import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { bufferSource } from '../byte-source';
import { readBerkeleyHash } from './berkeley-db';

const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-bdb-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Written by Berkeley DB: https://docs.oracle.com/database/bdb181/html/api_reference/C/db_load.html */
function written(pairs: readonly (readonly [string, string])[], pageBytes: number, order: number): Buffer {
  const path = join(directory, `${pageBytes}-${order}`);
  const lines = ['VERSION=3', 'format=bytevalue', 'type=hash', `db_pagesize=${pageBytes}`, `db_lorder=${order}`];
  const input = [...lines, 'HEADER=END', ...pairs.flat().map((hex) => ` ${hex}`), 'DATA=END', ''].join('\n');
  const load = spawnSync('db5.3_load', [path], { input, encoding: 'utf8' });
  if (load.status !== 0) throw new Error(load.stderr);
  return readFileSync(path);
}

function read(bytes: Buffer) {
  const items = [...readBerkeleyHash(bufferSource(bytes))];
  return {
    pairs: items.flatMap((item) =>
      item.ok ? [[item.value.key.toString('hex'), item.value.value.toString('hex')]] : [],
    ),
    damage: items.flatMap((item) => (item.ok ? [] : [item.error])),
  };
}

/** Values around every bound between what lies in the page and what does not, and empty ones. */
const pairs = Array.from({ length: 400 }, (_, at): [string, string] => {
  const key = `key-${at}`.repeat(at % 50 === 0 ? 200 : 1);
  return [Buffer.from(key).toString('hex'), Buffer.alloc(at * 41, at).toString('hex')];
});

describeWithTool('db5.3_load', 'a hash database as Berkeley DB wrote it', () => {
  it.each([
    [512, 1234],
    [4096, 4321],
    [4096, 1234],
    [65_536, 4321],
  ])('on pages of %i bytes in the byte order %i is read pair by pair', (pageBytes, order) => {
    const { pairs: found, damage } = read(written(pairs, pageBytes, order));
    expect(damage).toEqual([]);
    expect(found.sort()).toEqual(pairs.toSorted());
  });

  it('whose overflow pages lead in circles ends, says so, and gives the other pairs', () => {
    const few = pairs.slice(0, 40);
    const sound = written(few, 1024, 1234);
    for (let page = 1; page * 1024 < sound.length; page++) {
      if (sound[page * 1024 + 25] !== 7) continue;
      const looped = Buffer.from(sound);
      looped.writeUInt32LE(page, page * 1024 + 16);
      // The fill of a last page is then taken for that of a whole one.
      const { pairs: found, damage } = read(looped);
      expect([found.length >= few.length - 2, damage.length > 0 || found.length === few.length]).toEqual([true, true]);
    }
  });
});
