export { DeflateFault } from './fault';
export { gunzipped } from './gzip';
export { inflateRaw } from './raw';
