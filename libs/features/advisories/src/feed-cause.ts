/** The run of a source that changed something; kept with every dirty key and every transition it leads to. */
export interface FeedCause {
  readonly kind: 'feed';
  /** Id of the configured source, `osv:npm`. */
  readonly source: string;
  readonly run: number;
}
