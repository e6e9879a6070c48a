import { Module } from '@nestjs/common';
import { HoldingImages } from './holding-images';
import { ImageContentsRepository } from './image-contents.repository';
import { ImageContentsService } from './image-contents.service';
import { ImagesController } from './images.controller';
import { ImagesRepository } from './images.repository';
import { ImagesService } from './images.service';
import { PackageSearchService } from './package-search.service';

@Module({
  controllers: [ImagesController],
  providers: [
    HoldingImages,
    ImageContentsRepository,
    ImageContentsService,
    ImagesRepository,
    ImagesService,
    PackageSearchService,
  ],
  exports: [HoldingImages, ImagesService],
})
export class ImagesModule {}
