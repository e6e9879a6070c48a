interface ActionPlace {
  readonly id: string;
  readonly repository: string | null;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** An action in the words of an event. */
export function activityOf({ id, repository, tag, digest }: ActionPlace, registry: string) {
  return {
    actionId: id,
    registry,
    ...(repository === null ? {} : { repository }),
    ...(tag === null ? {} : { tag }),
    ...(digest === null ? {} : { digest }),
  };
}
