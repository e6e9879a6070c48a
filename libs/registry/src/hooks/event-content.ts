import { createHash } from 'node:crypto';
import { Digest, RepositoryName, type Problem } from '@tidewaiter/contracts';
import { err, ok, type Result } from '@tidewaiter/kit';
import { z } from 'zod';
import type { ContentEvent } from './registry-event';

type Content = Pick<ContentEvent, 'repository' | 'tag' | 'digest' | 'mediaType'>;

interface StatedContent {
  readonly repository: string;
  readonly tag?: string | null | undefined;
  readonly digest?: string | null | undefined;
  readonly mediaType?: string | undefined;
}

/** Optional facts that are of the wrong type are as good as absent: they must not cost us the event. */
export const optionalText = z.string().max(1024).optional().catch(undefined);

/**
 * A name and what of it the event is about, all of the form the registry protocol allows. Absent may be written as "" or null,
 * and in the place of a tag there may be the digest (Harbor, of what no tag points to).
 */
export function checkContent(
  action: ContentEvent['action'],
  stated: StatedContent,
  where: string,
): Result<Content, Problem> {
  const { repository, mediaType } = stated;
  const named = textOrAbsent(stated.tag);
  const isDigest = Digest.safeParse(named).success;
  const tag = isDigest ? undefined : named;
  const digest = textOrAbsent(stated.digest) ?? (isDigest ? named : undefined);
  if (!RepositoryName.safeParse(repository).success) return malformed(where, 'repository is not a repository name');
  if (digest !== undefined && !Digest.safeParse(digest).success) return malformed(where, 'digest is not a digest');
  // Charts have file names for tags, so the form of a tag is not insisted on, only that it is short and printable.
  if (tag !== undefined && !/^[\x21-\x7e]{1,255}$/.test(tag)) return malformed(where, 'tag is not a tag');
  if (digest === undefined && tag === undefined && action !== 'delete') {
    return malformed(where, 'neither digest nor tag is given');
  }
  return ok({
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    ...(mediaType === undefined ? {} : { mediaType }),
  });
}

function textOrAbsent(text: string | null | undefined): string | undefined {
  return text === '' || text === null ? undefined : text;
}

/** Before there was a registry: what programs write for no time (the year 1, 1970). */
const noTimeMs = Date.UTC(2000, 0);

/** The time of an event, when it is one; a sender's odd clock, or none at all, must not cost us the event. */
export function checkTime(text: string | undefined): { readonly occurredAt?: string } {
  return text !== undefined && Date.parse(text) >= noTimeMs ? { occurredAt: text } : {};
}

/** The same for a sender that counts the seconds since 1970. */
export function timeOfSeconds(seconds: number | undefined): { readonly occurredAt?: string } {
  const date = new Date((seconds ?? Number.NaN) * 1000);
  return date.getTime() >= noTimeMs ? { occurredAt: date.toISOString() } : {};
}

export function malformed(where: string, what: string): { readonly ok: false; readonly error: Problem } {
  return err({ code: 'hook-malformed', message: `The ${where} cannot be used: ${what}.` });
}

export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it has another form';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** For a sender that gives no id: equal bodies are one event. */
export function derivedId(body: unknown): string {
  return `derived:${createHash('sha256').update(JSON.stringify(body)).digest('hex')}`;
}
