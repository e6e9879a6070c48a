export { HoldingImages, type Holding } from './holding-images';
export { ImagesModule } from './images.module';
export { FindingSort, HeldPackage, ImageListItem, Moment, threat } from './images.schema';
export { containing, severityRank } from './sql-fragments';
export { isPresent } from './images.repository';
