import type { Channel } from './Channel.js';

/** What is needed of a failed promise to tell whether somebody looked. */
interface Failed {
  readonly channel: Channel;
  readonly observed: boolean;
}

let waiting: { promise: Failed; cause: Error }[] = [];

/**
 * Notes a failure that has no listener yet. When the tick and its microtasks are over and still nobody listens, awaits
 * or has read `cause`, the channel is told: once for each channel and cause, however many writes failed with it.
 */
export function watchFailure(promise: Failed, cause: Error): void {
  waiting.push({ promise, cause });
  // Two ticks with the microtasks between them: code that awaits the future right away is heard first.
  if (waiting.length === 1) process.nextTick(() => queueMicrotask(() => process.nextTick(report)));
}

function report(): void {
  const batch = waiting;
  waiting = [];
  const told = new Map<Channel, Set<Error>>();
  for (const { promise, cause } of batch) {
    if (promise.observed) continue;
    let causes = told.get(promise.channel);
    if (causes === undefined) told.set(promise.channel, (causes = new Set()));
    if (causes.has(cause)) continue;
    causes.add(cause);
    promise.channel.pipeline.unobservedFailure(cause);
  }
}
