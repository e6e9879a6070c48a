export { BasesModule } from './bases.module';
export { HoldingImages, type Holding } from './holding-images';
export { ImagesService } from './images.service';
export { ImagesModule } from './images.module';
export { AsOf, DigestParams, FindingSort, HeldPackage, ImageListItem, Moment, revision, threat } from './images.schema';
export { containing, severityRank } from './sql-fragments';
export { isPresent, wasPresent } from './image-filter';
