// expect: Argument of type 'number' is not assignable to parameter of type 'Passing'
import { passThrough } from '@sluice/core';

export const cheat = passThrough({
  channelRead(ctx) {
    ctx.fireChannelRead(1);
  },
});
