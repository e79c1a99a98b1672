// expect: InboundMismatch<PreviousHandlerEmits<string>, ThisHandlerAccepts<Order>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline()
  .addUnchecked<string, s.Ack>(() => new s.Ported())
  .addLast(() => new s.OrderService());
