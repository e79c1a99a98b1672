import type { Channel } from '@sluice/core';

/**
 * Called when the close future of a channel is done: runs `task` after `channelInactive`, in which the reason is found out,
 * has gone through the pipeline. That is a task which comes into the queue after this call.
 */
export function whenInactive({ eventLoop }: Channel, task: () => void): void {
  eventLoop.execute(() => eventLoop.execute(task));
}
