import { FileSelection } from '../selection';
import { namesIn } from '../spec-extraction';
import { githubActions } from './github-actions';

describe('a workflow', () => {
  it('names the actions of others that it uses, each once', async () => {
    const workflow = `on: push
jobs:
  build:
    uses: acme/shared/.github/workflows/build.yml@v1.2.0
    steps:
      - uses: actions/checkout@v4
      - name: again
        uses: "actions/checkout@v4" # twice
      - uses: tj-actions/changed-files@0123456789abcdef0123456789abcdef01234567
      - uses: ./.github/actions/own
      - uses: docker://alpine:3.20
      - run: echo "uses: a/b@v1"
      - run: echo {uses: a/b@v1}
      # - uses: a/b@v1
      - {uses: "actions/setup-node@v3.8.1"}
      - { name: cache, uses: actions/cache@v3, if: "true" }
`;
    expect(await namesIn(githubActions, 'repo/.github/workflows/ci.yml', workflow)).toEqual([
      'acme/shared/.github/workflows/build.yml@v1.2.0',
      'actions/checkout@v4',
      'tj-actions/changed-files@0123456789abcdef0123456789abcdef01234567',
      'actions/setup-node@v3.8.1',
      'actions/cache@v3',
    ]);
  });

  it('has actions of its repository, which use others too', async () => {
    const action = 'runs:\n  using: composite\n  steps:\n    - uses: actions/cache@v3\n';
    const path = 'repo/.github/actions/own/action.yml';
    expect(new FileSelection([githubActions]).of(path)).toHaveLength(1);
    expect(await namesIn(githubActions, path, action)).toEqual(['actions/cache@v3']);
  });
});
