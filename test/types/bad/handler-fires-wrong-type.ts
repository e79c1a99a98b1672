// expect: Argument of type 'string' is not assignable to parameter of type 'number'
import { handler } from '@sluice/core';

export const length = handler<string, number>({
  channelRead(ctx, text) {
    ctx.fireChannelRead(text);
  },
});
