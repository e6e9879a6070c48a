import { z } from 'zod';

/** From the text of a variable to a value. Each says in its message what would be right. */
export function text(): z.ZodType<string, string> {
  return z.string().max(65_536, 'is longer than 65536 characters');
}

export function integer({ min, max }: { min: number; max: number }): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

export function flag(): z.ZodType<boolean, string> {
  return z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number], string> {
  return z.string().pipe(z.enum(values, `must be one of ${values.join(', ')}`));
}

/** Separated by commas or line ends; blanks around a member do not count. */
export function listOf<T>(member: z.ZodType<T, string>): z.ZodType<readonly T[], string> {
  return z
    .string()
    .transform((value) =>
      value
        .split(/[,\n]/)
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(member).min(1, 'must name at least one').max(1_000, 'names more than 1000'));
}

export function urlOf(protocols: readonly string[]): z.ZodType<string, string> {
  const expected = protocols.map((protocol) => `${protocol}//`).join(' or ');
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL that starts with ${expected}`,
    );
}

export function hostName(): z.ZodType<string, string> {
  return z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an address');
}
