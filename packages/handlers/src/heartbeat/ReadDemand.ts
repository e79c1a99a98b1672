import type { Channel } from '@sluice/core';

const NOBODY = 0;
const AUTO_READ = 1;
const SOMEBODY = 2;

/** Whether this side reads at all: while nobody asks the transport to read, silence proves nothing. */
export class ReadDemand {
  /** By whom the transport was asked to read, if it was. */
  #asked: typeof NOBODY | typeof AUTO_READ | typeof SOMEBODY = SOMEBODY;
  /** That was after a message of the present batch. */
  #again = false;

  /** The transport is asked to read; `inBatch`: after a message that arrived, before the end of its batch. */
  ask(channel: Channel, inBatch: boolean): void {
    this.#asked = channel.config.autoRead ? AUTO_READ : SOMEBODY;
    this.#again = inBatch;
  }

  /** A batch of reads is over; `isUsedUp`: whoever got a message of it has to ask for the next. */
  endOfBatch(isUsedUp: boolean): void {
    if (isUsedUp && !this.#again) this.#asked = NOBODY;
    this.#again = false;
  }

  /** Whether input would be read: automatic reading may have been turned off since it last asked. */
  isReading(channel: Channel): boolean {
    return this.#asked === SOMEBODY || (this.#asked === AUTO_READ && channel.config.autoRead);
  }
}
