// expect: InboundMismatch<PreviousHandlerEmits<SocketReads>, ThisHandlerAccepts<string>>
import { handler, pipeline } from '@sluice/core';

const shout = handler<string, string>({
  isSharable: true,
  channelRead(ctx, text) {
    ctx.fireChannelRead(text.toUpperCase());
  },
});
pipeline().addLast(shout);
