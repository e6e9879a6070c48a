import { RequestMethod, Injectable, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { accessOf } from '@tidewaiter/server';
import { undeclared } from './api-key.guard';

/** Refuses to boot while any controller method does not say who may call it. */
@Injectable()
export class RouteAccessCheck implements OnApplicationBootstrap {
  constructor(private readonly modules: ModulesContainer) {}

  onApplicationBootstrap(): void {
    const controllers = [...this.modules.values()].flatMap((module) => [...module.controllers.values()]);
    for (const { metatype } of controllers) {
      if (isClass(metatype)) requireAccess(metatype);
    }
  }
}

function requireAccess(controller: Type): void {
  const prototype: unknown = controller.prototype;
  if (typeof prototype !== 'object' || prototype === null) return;
  for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
    const handler: unknown = Reflect.get(prototype, name);
    if (typeof handler !== 'function' || !isRoute(handler)) continue;
    if (accessOf(controller, handler) === undefined) throw undeclared(`${controller.name}.${name}`);
  }
}

function isRoute(handler: object): boolean {
  const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
  return typeof method === 'number' && method in RequestMethod;
}

function isClass(metatype: unknown): metatype is Type {
  return typeof metatype === 'function';
}
