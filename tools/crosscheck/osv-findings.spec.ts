import { comparedFindings, oursOf, theirsOf } from './osv-findings.mjs';

const of = (name: string, version: string, ids: string[], isUndetermined = false) => ({
  ecosystem: 'Go',
  name,
  version,
  ids,
  isUndetermined,
});

describe('findings held against those of OSV-Scanner', () => {
  it('are the same by whichever id of a vulnerability, through a third one', () => {
    const ours = [of('a', '1', ['CVE-1', 'GHSA-1'])];
    const theirs = [of('a', '1', ['GO-1', 'CVE-1']), of('a', '1', ['GO-1'])];
    expect(comparedFindings(ours, theirs)).toEqual([
      { ecosystem: 'Go', both: 1, onlyOurs: [], onlyTheirs: [], undetermined: 0 },
    ]);
  });

  it('are named where one side has them alone, and what is open here is neither', () => {
    const ours = [of('a', '1', ['CVE-1']), of('b', '1', ['CVE-2'], true)];
    const theirs = [of('a', '2', ['CVE-1']), of('b', '1', ['CVE-2'])];
    expect(comparedFindings(ours, theirs)).toEqual([
      { ecosystem: 'Go', both: 0, onlyOurs: ['a 1 CVE-1'], onlyTheirs: ['a 2 CVE-1'], undetermined: 1 },
    ]);
  });

  it('are read from both reports in one form', () => {
    const ours = oursOf({
      findings: [
        {
          vulnerability: { id: 'CVE-1', aliases: [] },
          package: { ecosystem: 'Debian:12', name: 'bash-doc', version: '1+b1' },
          verdict: 'affected',
          advisory: { id: 'DSA-1' },
          also: [{ id: 'DSA-2' }],
          evidence: { name: 'bash', version: '1' },
        },
      ],
    });
    const theirs = theirsOf({
      results: [
        {
          packages: [
            {
              package: { ecosystem: 'Debian:12', name: 'bash', version: '1' },
              groups: [{ ids: ['DSA-2'], aliases: null }],
            },
            { package: { ecosystem: 'PyPI', name: 'Ruamel.Yaml', version: '2' } },
          ],
        },
      ],
    });
    expect(comparedFindings(ours, theirs)).toEqual([
      { ecosystem: 'Debian', both: 1, onlyOurs: [], onlyTheirs: [], undetermined: 0 },
    ]);
    expect(theirsOf({ results: null })).toEqual([]);
  });

  it('are of one package however its name is written, and of one version with or without its v', () => {
    const pkg = { ecosystem: 'PyPI', name: 'Ruamel_Yaml', version: 'v2' };
    const [theirs] = theirsOf({
      results: [{ packages: [{ package: pkg, groups: [{ ids: ['CVE-1'], aliases: [] }] }] }],
    });
    expect(theirs).toMatchObject({ name: 'ruamel-yaml', version: '2' });
  });
});
