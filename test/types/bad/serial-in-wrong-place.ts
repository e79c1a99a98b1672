// expect: InboundMismatch<PreviousHandlerEmits<SocketReads>, ThisHandlerAccepts<Order>>
import { pipeline, serial } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addLast(() => serial(new s.OrderFilter()));
