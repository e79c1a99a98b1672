// expect: Argument of type 'string' is not assignable to parameter of type 'never'
import { handler } from '@sluice/core';

// Without a third type argument a handler writes nothing.
export const echo = handler<string>({
  channelRead(ctx, text) {
    ctx.writeAndFlush(text);
  },
});
