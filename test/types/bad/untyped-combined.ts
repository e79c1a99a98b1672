// expect: UntypedHandler<"
// expect: "inbound In is any"
// expect: "Write is any"
import { CombinedChannelDuplexHandler, pipeline } from '@sluice/core';

pipeline().addLast(() => new CombinedChannelDuplexHandler());
