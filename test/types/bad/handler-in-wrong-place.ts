// expect: InboundMismatch<PreviousHandlerEmits<SocketReads>, ThisHandlerAccepts<string>>
import { handler, pipeline } from '@sluice/core';

pipeline().addLast(() => handler<string>({ channelRead() {} }));
