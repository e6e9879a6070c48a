import { osvVendorFeed } from '../osv/vendor-feed';

export const almaLinuxFeed = osvVendorFeed({
  id: 'almalinux',
  ecosystem: 'AlmaLinux',
  address: 'https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/',
});
