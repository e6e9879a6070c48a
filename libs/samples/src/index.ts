export type { SampleImage } from './layer-file';
export { hasTag, pushSample, type PushTarget } from './push-image';
export { sampleAdvisories } from './sample-advisories';
export { sampleImages } from './sample-images';
