import type { Command, Option } from './command';
import { allowHostOption, loginOptions } from './login-options';

const storeOption: Option = {
  value: 'FILE',
  help: 'the advisory store; without it tidewaiter/advisories.db in $XDG_CACHE_HOME or ~/.cache',
};

const targetDetails = [
  'TARGET is an OCI layout directory, an OCI or docker-archive tar, the directory of a root file system, an image in a',
  'registry as host/repository:tag or host/repository@digest, or a bill of materials (CycloneDX, SPDX; "-" reads one',
  'from standard input). PATH:TAG names one image of a layout with several.',
];

const targetOptions: Readonly<Record<string, Option>> = {
  output: { value: 'FILE', help: 'write the result there instead of to standard output' },
  platform: {
    value: 'PLATFORM',
    help: 'os/architecture[/variant] of an image with several, for example linux/arm64; "all" reads every one,\nand json is then an array',
  },
  username: { value: 'NAME', help: 'user for the registry; the password is read from standard input' },
  'password-stdin': { help: 'read the password for the registry from standard input' },
  insecure: { help: 'speak plain HTTP to the registry' },
  'allow-host': allowHostOption,
  'lock-files': { help: 'count what lock files of projects name too: asked for, installed or not' },
  limit: {
    value: 'NAME=NUMBER',
    help: 'what reading one image may cost, for example layerBytes=1000000000; what exceeds it becomes a named problem.\nA wrong name lists them all',
    multiple: true,
  },
};

/** Every command, in the order of the overview. */
export const commands: readonly Command[] = [
  {
    name: ['scan'],
    operands: 'TARGET',
    arity: { min: 1, max: 1 },
    summary: 'tells what is dangerous in an image or a root file system',
    details: [
      ...targetDetails,
      '',
      '--fail-on makes the exit code a gate: 1 when a finding meets the condition, 3 when none does but something could',
      'not be read. A condition is words joined by commas that must all hold: a severity means that or worse (critical,',
      'high, medium, low, negligible), "unknown" means no severity is known, "any" means every finding; "fixable" means a',
      'fixed version exists, "exploited" that attacks were seen (advisories import kev), "affected" leaves out what could not',
      'be judged. Given twice, either condition is enough.',
      'Example: --fail-on critical --fail-on high,fixable',
    ],
    options: {
      format: { value: 'FORMAT', help: 'table (the default), json, cyclonedx, spdx, sarif or openvex' },
      ...targetOptions,
      advisories: {
        value: 'SOURCE',
        help: 'judge by this instead of by the store: a store file, or a SOURCE as "advisories import" takes it;\nwhat was read is kept and read again only when it changed',
      },
      store: storeOption,
      vex: {
        value: 'SOURCE',
        help: 'leave out what VEX statements vouch for: a document (OpenVEX, CSAF, CycloneDX), a directory or archive of\nthem, a checkout of a VEX Hub repository, or an http(s) address; who said so is listed',
        multiple: true,
      },
      'max-age': { value: 'DAYS', help: 'exit with 4 when the advisories were imported longer ago' },
      'fail-on': { value: 'CONDITION', help: 'exit with 1 when a finding meets it', multiple: true },
    },
    load: async () => (await import('./commands/scan')).scan,
  },
  {
    name: ['inventory'],
    operands: 'TARGET',
    arity: { min: 1, max: 1 },
    summary: 'tells what is in an image or a root file system, without judging',
    details: targetDetails,
    options: { format: { value: 'FORMAT', help: 'table (the default), json, cyclonedx or spdx' }, ...targetOptions },
    load: async () => (await import('./commands/inventory')).inventory,
  },
  {
    name: ['explain'],
    operands: 'TARGET VULNERABILITY [PACKAGE]',
    arity: { min: 2, max: 3 },
    summary: 'tells why a vulnerability is found in a target, or why it is not',
    details: [
      ...targetDetails,
      '',
      'VULNERABILITY is any of its ids. Every record about it that concerns a package of the target is shown with its range,',
      'what it says of this version, and which one was believed. PACKAGE (a name, name@version or purl) asks about that one,',
      'also when no record speaks of it. Every answer is one, also that there is no such package: the exit code is 0, and json',
      'has no items then.',
    ],
    options: {
      format: { value: 'FORMAT', help: 'table (the default) or json' },
      ...targetOptions,
      advisories: { value: 'SOURCE', help: 'judge by this instead of by the store, as with scan' },
      store: storeOption,
      vex: { value: 'SOURCE', help: 'say who vouches for what is found, as with scan', multiple: true },
    },
    load: async () => (await import('./commands/explain')).explain,
  },
  {
    name: ['advisories', 'import'],
    operands: 'SOURCE...',
    arity: { min: 1, max: 1000 },
    summary: 'takes the records of feeds into the local store',
    details: [
      'SOURCE is FEED=PATH or FEED=ADDRESS for the raw form of a feed (debian-tracker=/srv/tracker.json.gz), FEED alone for',
      'where its publisher has it, or a PATH or an http(s) ADDRESS alone for OSV records. A PATH is a file or a directory.',
      'kev and epss (kev=PATH, epss=PATH) are what is known of attacks: findings then have their risk.',
      'Each archive (npm.zip, or npm/all.zip) replaces what the store had from it; all loose files of a directory together',
      'count as one export. The store changes all at once or not at all.',
      'A file that "advisories export" wrote brings each of its parts that is newer than what is here.',
    ],
    options: {
      store: storeOption,
      verify: {
        value: 'PUB.pem',
        help: 'take only bundles that "advisories export --sign" wrote with the private key of this public one;\nBUNDLE.sig lies beside each',
      },
    },
    load: async () => (await import('./commands/advisories-import')).advisoriesImport,
  },
  {
    name: ['advisories', 'update'],
    operands: '',
    arity: { min: 0, max: 0 },
    summary: 'brings the local store up to date with every configured source',
    details: [
      'The sources are those of ADVISORIES and ENRICHMENT, as on a server. Only what changed is downloaded and read. A',
      'source that fails stops no other and keeps what the store has of it; the exit code is 3 then.',
    ],
    options: { store: storeOption },
    load: async () => (await import('./commands/advisories-update')).advisoriesUpdate,
  },
  {
    name: ['advisories', 'export'],
    operands: 'FILE',
    arity: { min: 1, max: 1 },
    summary: 'writes the local store to a file for machines that reach no feed',
    details: [
      'There, "advisories import FILE" takes it in, and "scan --store FILE" reads it as it is. Feeds whose licence lets nobody',
      'pass them on are left out and named: each installation fetches them itself.',
    ],
    options: {
      store: storeOption,
      sign: {
        value: 'KEY.pem',
        help: 'write FILE.sig beside it, for "advisories import --verify", with an Ed25519 key:\nopenssl genpkey -algorithm ed25519 -out KEY.pem; openssl pkey -in KEY.pem -pubout -out PUB.pem',
      },
    },
    load: async () => (await import('./commands/advisories-export')).advisoriesExport,
  },
  {
    name: ['advisories', 'status'],
    operands: '',
    arity: { min: 0, max: 0 },
    summary: 'tells what the local store holds and how old it is',
    details: [],
    options: { store: storeOption, format: { value: 'FORMAT', help: 'table (the default) or json' } },
    load: async () => (await import('./commands/advisories-status')).advisoriesStatus,
  },
  {
    name: ['doctor'],
    operands: '[REGISTRY]',
    arity: { min: 0, max: 1 },
    summary: 'tries everything that watching a registry needs, and says what is missing',
    details: [
      'REGISTRY is a host such as example.azurecr.io, or the name of a registry in the configuration; without it every',
      'configured one is tried. Each step is ok, failed or skipped, with what was seen and what to do: the Azure role, the',
      'network rule, the name. Exit code 0: nothing failed; 3: something did.',
    ],
    options: {
      format: { value: 'FORMAT', help: 'table (the default) or json' },
      repository: { value: 'NAME', help: 'the repository to pull from; without it the first one with a tag' },
      ...loginOptions,
    },
    load: async () => (await import('./commands/doctor')).doctor,
  },
  {
    name: ['connect', 'azure'],
    operands: 'REGISTRY',
    arity: { min: 1, max: 1 },
    summary: 'prints the az commands that connect an Azure Container Registry, or runs them',
    details: [
      'REGISTRY is its login server, such as example.azurecr.io. Printed are the role assignment of the identity that pulls',
      'and the webhook or the Event Grid subscription; the secret stands in them as $TIDEWAITER_WEBHOOK_SECRET. With a queue',
      'Event Grid writes there, and the receiver fetches from it: nobody outside has to reach it.',
    ],
    options: {
      principal: { value: 'ID', help: 'object id of the identity that pulls; without it no role is assigned' },
      mode: { value: 'MODE', help: 'rbac (the default) or abac, as az acr show --query roleAssignmentMode has it' },
      prefix: { value: 'PREFIX', help: 'open only repositories that begin like this (abac)', multiple: true },
      events: { value: 'WAY', help: 'webhook (the default), event-grid, queue or none' },
      queue: {
        value: 'ID',
        help: "Azure's id of the Service Bus queue, topic subscription or Storage Queue to fetch from",
      },
      receiver: { value: 'URL', help: 'where Azure reaches the receiver, such as https://hooks.example.com' },
      name: { value: 'NAME', help: 'the name of the registry here; without it the first part of its host' },
      cloud: { value: 'CLOUD', help: 'public, china or us-government; without it what the name of the registry says' },
      apply: { help: 'run the commands through the installed az after printing them' },
      'secret-stdin': { help: 'read the webhook secret for --apply from standard input' },
    },
    load: async () => (await import('./commands/connect-azure')).connectAzure,
  },
  {
    name: ['versions', 'compare'],
    operands: 'SCHEME [A B]',
    arity: { min: 1, max: 3 },
    summary: 'says <, = or > between two versions, or why it cannot',
    details: [
      'With --stdin it reads lines "A B" and answers each with one line. A version that the scheme cannot read makes the',
      'answer "undetermined: reason", and is no failure. "--" lets a version begin with a dash.',
    ],
    options: { stdin: { help: 'read pairs from standard input, a line each' } },
    load: async () => (await import('./commands/versions-compare')).versionsCompare,
  },
];
