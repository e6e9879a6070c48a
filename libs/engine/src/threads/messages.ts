import type { Problem } from '@tidewaiter/contracts';
import type { FilePlace, Inflating, Limits } from '@tidewaiter/image';
import type { Result } from '@tidewaiter/kit';
import type { Alias } from '../layers/evidence-collector';
import type { LayerEvidence } from '../layers/layer-evidence.schema';

/** What a thread is told about a layer; the bytes come when it asks for them. */
export interface RemoteLayer {
  readonly digest?: string;
  readonly sizeBytes?: number;
  readonly diffId: string;
  readonly inflating: Inflating;
  readonly limits: Limits;
  readonly aliases: readonly Alias[];
  readonly lockFiles: boolean;
}

/** Each opening of the bytes is a stream with a number of its own: what still arrives for an earlier one is ignored. */
export type ToThread =
  | { readonly kind: 'read'; readonly layer: RemoteLayer }
  /** All of the stream lies in a file. `isFollowed`: somebody wants to know how far it is read. */
  | { readonly kind: 'file'; readonly stream: number; readonly file: FilePlace; readonly isFollowed: boolean }
  | { readonly kind: 'piece'; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly stream: number }
  /** The source failed; the reason stays where it arose. */
  | { readonly kind: 'broken'; readonly stream: number };

export type FromThread =
  | { readonly kind: 'open'; readonly stream: number }
  | { readonly kind: 'more'; readonly stream: number }
  | { readonly kind: 'stop'; readonly stream: number }
  /** Of a file that it reads itself. */
  | { readonly kind: 'took'; readonly stream: number; readonly bytes: number }
  | { readonly kind: 'done'; readonly result: Result<LayerEvidence, Problem> }
  | { readonly kind: 'threw'; readonly error: unknown };
