// expect: OutboundMismatch<ThisHandlerWrites<number>, PreviousHandlerAccepts<
import { StringEncoder } from '@sluice/codec';
import { pipeline } from '@sluice/core';
import { HeartbeatHandler } from '@sluice/handlers';

// Its pings are numbers, which nothing above encodes.
pipeline()
  .addLast(() => new StringEncoder())
  .addLast(
    () =>
      new HeartbeatHandler<number>({
        codec: { ping: () => 0, isPing: (m) => m === 0, isPong: (m) => m === 1 },
      }),
  );
