import { gzipSync } from 'node:zlib';
import { readAll } from '../testing/snapshots';
import { azureLinuxFeed } from './feed';

interface Plan {
  readonly patchable?: string;
  readonly tests?: readonly (readonly [operation: string, evr: string])[];
  readonly references?: string;
}

/** One definition as the generator of Microsoft writes it. */
function oval({ patchable = 'true', tests = [['less than', '0:3.3.2-1.azl3']], references }: Plan): string {
  const criteria = tests.map((_, n) => `<criterion comment="Package openssl is ..." test_ref="tst:${n}"/>`).join('');
  const named = references ?? '<reference ref_id="CVE-2024-1000" ref_url="https://nvd.example/1" source="CVE"/>';
  const all = (write: (test: readonly [string, string], n: number) => string) => tests.map(write).join('');
  return `<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:linux-def="x"><definitions>
    <definition class="vulnerability" id="def:1" version="1"><metadata><title>CVE-2024-1000 affecting package openssl</title>
      <affected family="unix"><platform>Azure Linux</platform></affected>${named}
      <patchable>${patchable}</patchable><severity>High</severity></metadata>
      <criteria operator="AND">${criteria}</criteria></definition></definitions>
    <tests>${all((_, n) => `<linux-def:rpminfo_test check="at least one" id="tst:${n}"><linux-def:object object_ref="obj:${n}"/><linux-def:state state_ref="ste:${n}"/></linux-def:rpminfo_test>`)}</tests>
    <objects>${all((_, n) => `<linux-def:rpminfo_object id="obj:${n}"><linux-def:name>openssl</linux-def:name></linux-def:rpminfo_object>`)}</objects>
    <states>${all(([operation, evr], n) => `<linux-def:rpminfo_state id="ste:${n}"><linux-def:evr datatype="evr_string" operation="${operation}">${evr}</linux-def:evr></linux-def:rpminfo_state>`)}</states>
  </oval_definitions>`;
}

const file = 'azurelinux-3.0-oval.xml';

describe('Azure Linux', () => {
  it.each<[string, Plan, readonly object[], string | undefined]>([
    ['fixed', {}, [{ introduced: '0' }, { fixed: '3.3.2-1.azl3' }], undefined],
    [
      'affected, up to what there is',
      { patchable: 'false', tests: [['less than or equal', '0:1.0-1']] },
      [{ introduced: '0' }, { lastAffected: '1.0-1' }],
      undefined,
    ],
    [
      'cleared (trap 52: whatever its letters)',
      { patchable: 'NOT applicable' },
      [{ introduced: '0' }, { fixed: '3.3.2-1.azl3' }],
      'not-affected',
    ],
    [
      'affected between two versions (trap 51)',
      {
        tests: [
          ['less than', '0:3.3.2-1'],
          ['greater than', '1:3.0.0'],
        ],
      },
      [{ introduced: '1:3.0.0^' }, { fixed: '3.3.2-1' }],
      undefined,
    ],
  ])('says %s', async (_, plan, events, status) => {
    const { items, problems } = await readAll(azureLinuxFeed, { [`${file}.gz`]: gzipSync(oval(plan)) });
    expect(problems).toEqual([]);
    expect(items).toMatchObject([{ id: 'CVE-2024-1000', references: ['https://nvd.example/1'] }]);
    const [affected] = items[0]?.affected ?? [];
    expect([affected?.ecosystem, affected?.name, affected?.severities[0]?.value]).toEqual([
      'Azure Linux:3',
      'openssl',
      'High',
    ]);
    expect([affected?.ranges[0]?.events, affected?.status]).toEqual([events, status]);
  });

  it.each<[string, string, Plan]>([
    ['a state that is new', file, { patchable: 'Maybe' }],
    ['an operation that is not known', file, { tests: [['pattern match', '.*']] }],
    ['a file that does not say its release', 'oval.xml', {}],
    ['no CVE', file, { references: '' }],
  ])('names %s', async (_, name, plan) => {
    expect(await readAll(azureLinuxFeed, { [name]: oval(plan) })).toMatchObject({
      items: [],
      problems: [`azure-definition-invalid ${name}`],
    });
  });

  it('names a definition without criteria, and reads the others', async () => {
    const empty = '<definition class="vulnerability" id="def:0" version="1"><metadata/></definition>';
    const document = oval({}).replace('<definitions>', `<definitions>${empty}`);
    expect(await readAll(azureLinuxFeed, { [file]: document })).toMatchObject({
      items: [{ id: 'CVE-2024-1000' }],
      problems: [`oval-definition-invalid ${file}#def:0`],
    });
  });

  it('keeps the last good state when a document is cut off or is none (trap 57)', async () => {
    expect((await readAll(azureLinuxFeed, { [file]: oval({}).slice(0, -40) })).problems).toEqual([
      `xml-invalid ${file}!`,
    ]);
    expect((await readAll(azureLinuxFeed, { [file]: '<html></html>' })).problems).toEqual([`oval-empty ${file}!`]);
  });
});
