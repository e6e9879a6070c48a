export { DeflateFault } from './fault';
export { gunzipped } from './gzip';
