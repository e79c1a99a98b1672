/** As arguments of a call they take 4 KiB of the call stack. */
const FILLER: readonly undefined[] = new Array(512).fill(undefined);

/**
 * Throws what V8 throws when the call stack is used up, unless 4 KiB are left: called before what must not stop half-way,
 * because a caller that catches the error goes on with what is left. Less than a microsecond.
 */
export function reserveStack(): void {
  nothing.apply(undefined, FILLER as undefined[] as []);
}

function nothing(): void {}
