/**
 * Raised when packages that are known would be looked up under other names than before: where the names are kept with them, they
 * are made anew and the packages judged again. 2: builds for a minor release of Red Hat Enterprise Linux are asked for under its
 * lines of extended support. 3: Go's `std` is asked for as `stdlib` too. 4: Go's modules are asked for in lower case.
 * 5: Ubuntu's builds of extended support are asked for in the archive too. 6: as 5, and judged otherwise (`judgedAnewFrom`): a version
 * that is listed beside a range is found however it is written, and a build of Ubuntu's archive has the fix that the archive has.
 */
export const lookupRevision = 6;

/** The last of them that changed what is said of packages whose names stay: those that were judged before it are judged anew. */
export const judgedAnewFrom = 6;
