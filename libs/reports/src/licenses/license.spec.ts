import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { declaredLicense } from './license';

describe('declaredLicense', () => {
  it.each([
    ['MIT', { kind: 'id', id: 'MIT' }],
    ['mit', { kind: 'id', id: 'MIT' }],
    [' Apache-2.0 ', { kind: 'id', id: 'Apache-2.0' }],
    ['GPL-2.0+', { kind: 'expression', expression: 'GPL-2.0+' }],
    ['Apache-2.0+', { kind: 'expression', expression: 'Apache-2.0+' }],
    ['MIT OR apache-2.0', { kind: 'expression', expression: 'MIT OR Apache-2.0' }],
    ['MIT AND (BSD-3-Clause OR ISC)', { kind: 'expression', expression: 'MIT AND (BSD-3-Clause OR ISC)' }],
    [
      'GPL-2.0-or-later WITH Classpath-exception-2.0',
      { kind: 'expression', expression: 'GPL-2.0-or-later WITH Classpath-exception-2.0' },
    ],
  ])('%s', (text, expected) => {
    expect(declaredLicense(text)).toEqual(expected);
  });

  it.each([
    'BSD',
    'public domain',
    'MIT and Apache-2.0',
    'MIT OR',
    'MIT Apache-2.0',
    '(MIT',
    'MIT)',
    '',
    'MIT WITH no-such-exception',
    'LicenseRef-scancode-x',
    'SEE LICENSE IN LICENSE.txt',
    `${'('.repeat(500)}MIT${')'.repeat(500)}`,
    `MIT${' AND MIT'.repeat(5000)}`,
  ])('keeps the words where they are no expression: %.40s', (text) => {
    expect(declaredLicense(text)).toEqual({ kind: 'text', text });
  });

  it('knows no id that the list CycloneDX 1.6 validates against lacks', () => {
    const resolve = createRequire(import.meta.url).resolve;
    const folder = resolve('@cyclonedx/cyclonedx-library/package.json').replace('package.json', 'res/schema/');
    const { enum: official } = JSON.parse(readFileSync(`${folder}spdx.SNAPSHOT.schema.json`, 'utf8')) as {
      enum: string[];
    };
    const unknown = official.filter((id) => declaredLicense(id).kind === 'id');
    // The list also has the exceptions, which are no licences.
    expect(unknown.length).toBeGreaterThan(700);
    for (const list of ['spdx-license-ids', 'spdx-license-ids/deprecated.json']) {
      expect(official).toEqual(expect.arrayContaining(createRequire(import.meta.url)(list) as string[]));
    }
  });
});
