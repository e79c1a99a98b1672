// expect: UntypedHandler<"extend a typed base class, use handler<In, Out, Write>(), or addUnchecked">
import { pipeline } from '@sluice/core';

pipeline().addLast(() => ({
  channelRead(_ctx: unknown, message: string): void {
    message.trim();
  },
}));
