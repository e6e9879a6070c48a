import { Controller, Get, Param, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { ImageContentsService } from './image-contents.service';
import {
  DigestParams,
  FindingListQuery,
  FindingPage,
  HoldingImagePage,
  ImageDocument,
  ImageListQuery,
  ImagePackageListQuery,
  ImagePackagePage,
  ImagePage,
  PackageSearchQuery,
} from './images.schema';
import { ImagesService } from './images.service';
import { PackageSearchService } from './package-search.service';

const unknownDigest = { 404: 'No image or index with this digest has been seen.' } as const;
const notSingle = {
  ...unknownDigest,
  409: 'The digest is of an index, or of a manifest that is not scanned yet.',
} as const;

@Controller('api/v1')
export class ImagesController {
  constructor(
    private readonly images: ImagesService,
    private readonly contents: ImageContentsService,
    private readonly packages: PackageSearchService,
  ) {}

  @Get('images')
  @Route({
    summary: 'List images',
    description: 'The images that a configured registry has now, one a platform.',
    tags: ['images'],
    query: ImageListQuery,
    responses: { 200: ImagePage },
    scope: 'read',
  })
  list(@Query() query: ImageListQuery): Promise<ImagePage> {
    return this.images.list(query);
  }

  @Get('images/:digest')
  @Route({
    summary: 'Get one image',
    description:
      'The digest of an image answers the image (`kind: image`). The digest of an index, or of a manifest that no scan has finished, answers the images it leads to so far (`kind: manifest`).',
    tags: ['images'],
    params: DigestParams,
    responses: { 200: ImageDocument },
    problems: unknownDigest,
    scope: 'read',
  })
  get(@Param() { digest }: DigestParams): Promise<ImageDocument> {
    return this.images.get(digest);
  }

  @Get('images/:digest/findings')
  @Route({
    summary: 'List the findings of an image',
    description:
      'Open findings, or those that were open at a moment. Every sort ends in an order of its own, so that pages neither repeat nor hide.',
    tags: ['images'],
    params: DigestParams,
    query: FindingListQuery,
    responses: { 200: FindingPage },
    problems: {
      ...notSingle,
      404: 'No image or index with this digest has been seen, or not at that moment.',
      410: 'What was known at that moment is deleted; the problem says since when it is kept.',
    },
    scope: 'read',
  })
  listFindings(@Param() { digest }: DigestParams, @Query() query: FindingListQuery): Promise<FindingPage> {
    return this.contents.listFindings(digest, query);
  }

  @Get('images/:digest/packages')
  @Route({
    summary: 'List the packages of an image',
    description: 'By name, one entry for each layer that brings the package.',
    tags: ['images'],
    params: DigestParams,
    query: ImagePackageListQuery,
    responses: { 200: ImagePackagePage },
    problems: notSingle,
    scope: 'read',
  })
  listPackages(@Param() { digest }: DigestParams, @Query() query: ImagePackageListQuery): Promise<ImagePackagePage> {
    return this.contents.listPackages(digest, query);
  }

  @Get('packages')
  @Route({
    summary: 'Find the images that hold a package',
    tags: ['packages'],
    query: PackageSearchQuery,
    responses: { 200: HoldingImagePage },
    scope: 'read',
  })
  search(@Query() query: PackageSearchQuery): Promise<HoldingImagePage> {
    return this.packages.search(query);
  }
}
