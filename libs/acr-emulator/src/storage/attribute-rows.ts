import type { Database } from './database';
import { AttributeRow } from './rows.schema';

/** What attributes are of: a repository, a tag or a manifest. The item of a repository is empty. */
export interface AttributeOwner {
  readonly repository: string;
  readonly kind: 'repository' | 'tag' | 'manifest';
  /** Tag or digest. */
  readonly item: string;
}

export type Attributes = AttributeRow;

const untouched: Attributes = {
  deleteEnabled: 1,
  writeEnabled: 1,
  listEnabled: 1,
  readEnabled: 1,
  quarantineState: null,
  quarantineDetails: null,
};

/** Attributes that somebody changed. They go with what they are of, by triggers of the database. */
export function attributeRows(database: Database) {
  function find({ repository, kind, item }: AttributeOwner): Attributes {
    const row = database.one(
      AttributeRow,
      `SELECT deleteEnabled, writeEnabled, listEnabled, readEnabled, quarantineState, quarantineDetails FROM attribute
       WHERE repository = :repository AND kind = :kind AND item = :item`,
      { repository, kind, item },
    );
    return row ?? untouched;
  }

  return {
    find,
    change: (owner: AttributeOwner, change: Partial<Attributes>): void => {
      const { repository, kind, item } = owner;
      database.run(
        `INSERT INTO attribute (repository, kind, item, deleteEnabled, writeEnabled, listEnabled, readEnabled,
           quarantineState, quarantineDetails)
         VALUES (:repository, :kind, :item, :deleteEnabled, :writeEnabled, :listEnabled, :readEnabled,
           :quarantineState, :quarantineDetails)
         ON CONFLICT (repository, kind, item) DO UPDATE SET deleteEnabled = excluded.deleteEnabled,
           writeEnabled = excluded.writeEnabled, listEnabled = excluded.listEnabled, readEnabled = excluded.readEnabled,
           quarantineState = excluded.quarantineState, quarantineDetails = excluded.quarantineDetails`,
        { ...find(owner), ...change, repository, kind, item },
      );
    },
    /** Whether anything in the repository, or the repository itself, may not be deleted. */
    isAnyLocked: (repository: string): boolean =>
      database.one(
        AttributeRow,
        'SELECT * FROM attribute WHERE repository = :repository AND (deleteEnabled = 0 OR writeEnabled = 0) LIMIT 1',
        { repository },
      ) !== undefined,
  };
}
