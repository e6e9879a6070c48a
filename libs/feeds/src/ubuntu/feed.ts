import { osvVendorFeed } from '../osv/vendor-feed';

export const ubuntuFeed = osvVendorFeed({
  id: 'ubuntu',
  ecosystem: 'Ubuntu',
  address: 'https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/',
});
