/** Fails when two source files import each other, straight or by way of others; type imports count. */
import { join } from 'node:path';
import madge from 'madge';

const root = join(import.meta.dirname, '../..');
const graph = await madge(
  ['apps', 'libs'].map((folder) => join(root, folder)),
  {
    baseDir: root,
    fileExtensions: ['ts'],
    tsConfig: join(root, 'tsconfig.json'),
    excludeRegExp: [/^libs\/db\/src\/generated\//],
  },
);
const files = Object.keys(graph.obj());
const unresolved = graph.warnings().skipped.filter((name) => name.startsWith('.') || name.startsWith('@tidewaiter/'));
const circles = graph.circular();

for (const circle of circles) console.error(`circle: ${[...circle, circle[0]].join(' -> ')}`);
for (const name of unresolved) console.error(`could not be resolved: ${name}`);
if (circles.length > 0 || unresolved.length > 0 || files.length === 0) process.exitCode = 1;
else console.log(`${files.length} files, no circle`);
