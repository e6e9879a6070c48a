import { osvVendorFeed } from '../osv/vendor-feed';

export const rockyLinuxFeed = osvVendorFeed({
  id: 'rocky-linux',
  ecosystem: 'Rocky Linux',
  address: 'https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/',
});
