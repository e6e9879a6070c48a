import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

const names = new WeakMap<object, string>();

/** Called by whoever lets a request through, with the name of the key it came with. */
export function rememberCaller(request: object, name: string): void {
  names.set(request, name);
}

/** A parameter of a controller's method: the name of the API key the request came with, for what is kept of who did what. */
export const CallerName = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    names.get(context.switchToHttp().getRequest<object>()) ?? 'unknown',
);
