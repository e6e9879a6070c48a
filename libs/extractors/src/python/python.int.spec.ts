import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { defaultExtractLimits, layerFileOf } from '../extractor';
import { python } from './python';

/** Forms of metadata that differ in what is easily got wrong. */
const files: Readonly<Record<string, string>> = {
  'Flask-0.12.dist-info/METADATA': 'Metadata-Version: 2.0\nName: Flask\nVersion: 0.12\nLicense: BSD\n\nVersion: 9\n',
  'Flask-0.12.dist-info/RECORD':
    'flask.so,,\n"odd, ""name"".so",sha256=x,1\nFlask-0.12.dist-info/METADATA,,\nbin/flask,,\n',
  'ruamel_yaml-1.dist-info/METADATA': 'Name: ruamel.yaml\r\nVERSION: 1.0.post1\r\nDescription: x\r\n  Name: y\r\n',
  'b-2.egg-info/PKG-INFO': 'Metadata-Version: 1.1\nName: b\nVersion: 2!1.0+local\nName: c\n',
  'd-3-py3.11.egg-info': 'Name: d\nVersion: 3.0\n\n\nName: e\n',
};

const program = `
import importlib.metadata, json, os, sys
root = sys.argv[1]
out = []
for d in importlib.metadata.distributions(path=[root]):
    files = sorted(os.path.relpath(d.locate_file(f), root) for f in d.files or [] if str(f).endswith(('.so', 'flask')))
    out.append([d.metadata['Name'], d.version, files])
print(json.dumps(sorted(out)))
`;

describeWithTool('python3', 'Python packages as importlib.metadata reads them', () => {
  it('gives the same names, versions and files', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tidewaiter-python-'));
    try {
      for (const [path, text] of Object.entries({
        ...files,
        'flask.so': '',
        'odd, "name".so': '',
        'bin/flask': '',
      })) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      const expected: unknown = JSON.parse(execFileSync('python3', ['-c', program, root], { encoding: 'utf8' }));
      expect(expected).toHaveLength(4);
      expect(await readTree(root)).toEqual(expected);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

/** Name, version and owned files of each package, found as the engine puts them together: by the file that states the owner. */
async function readTree(root: string): Promise<unknown> {
  const context = { wantsOwner: (path: string) => /\.so$|flask$/.test(path), limits: defaultExtractLimits };
  const packages = new Map<string, [string, string, readonly string[]]>();
  const owned = new Map<string, readonly string[]>();
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (files[path] === undefined) continue;
    const extraction = await python.extract(layerFileOf(path, readFileSync(join(root, path))), context);
    for (const { name, version } of extraction.packages) packages.set(path, [name, version, []]);
    for (const list of extraction.ownedFiles ?? [])
      if ('statedIn' in list) owned.set(list.statedIn, [...list.paths].sort());
  }
  return [...packages].map(([path, [name, version]]) => [name, version, owned.get(path) ?? []]).sort();
}
