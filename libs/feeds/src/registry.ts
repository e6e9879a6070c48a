import { almaLinuxFeed } from './almalinux/feed';
import { alpineSecdbFeed } from './alpine-secdb/feed';
import { amazonLinuxFeed } from './amazon-linux/feed';
import { archLinuxFeed } from './arch-linux/feed';
import { azureLinuxFeed } from './azure-linux/feed';
import { chainguardFeed } from './chainguard/feed';
import { debianTrackerFeed } from './debian-tracker/feed';
import type { Feed } from './feed';
import { nvdFeed } from './nvd/feed';
import { oracleLinuxFeed } from './oracle-linux/feed';
import { osvFeed } from './osv/feed';
import { photonOsFeed } from './photon-os/feed';
import { redHatFeed } from './red-hat/feed';
import { rockyLinuxFeed } from './rocky-linux/feed';
import { suseFeed } from './suse/feed';
import { ubuntuFeed } from './ubuntu/feed';
import { withUsableRecords } from './usable-records';
import { wolfiFeed } from './wolfi/feed';

/** Every feed there is. Adding one is a folder and a line here. */
export const feeds: readonly Feed[] = [
  almaLinuxFeed,
  alpineSecdbFeed,
  amazonLinuxFeed,
  archLinuxFeed,
  azureLinuxFeed,
  chainguardFeed,
  debianTrackerFeed,
  nvdFeed,
  oracleLinuxFeed,
  osvFeed,
  photonOsFeed,
  redHatFeed,
  rockyLinuxFeed,
  suseFeed,
  ubuntuFeed,
  wolfiFeed,
].map(withUsableRecords);
