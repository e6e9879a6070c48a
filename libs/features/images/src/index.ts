export { HoldingImages, type Holding } from './holding-images';
export { ImagesModule } from './images.module';
export { HeldPackage, ImageListItem } from './images.schema';
export { containing, severityRank } from './sql-fragments';
export { isPresent } from './images.repository';
