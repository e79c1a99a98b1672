// expect: InboundMismatch<PreviousHandlerEmits<SocketReads>, ThisHandlerAccepts<string>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addLast(() => new s.JsonCodec<s.Order, s.Ack>());
