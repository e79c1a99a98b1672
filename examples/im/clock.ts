/** Milliseconds on the system's monotonic clock: the same in every process of this machine, so times can be compared. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
