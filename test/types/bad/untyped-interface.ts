// expect: UntypedHandler<"
// expect: "inbound In is any"
// expect: "Write is any"
import { type ChannelInboundHandler, pipeline } from '@sluice/core';

declare const ported: ChannelInboundHandler;
pipeline().addLast(() => ported);
