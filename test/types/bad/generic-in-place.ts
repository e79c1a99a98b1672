// expect: InboundMismatch<PreviousHandlerEmits<readonly Order[]>, ThisHandlerAccepts<Order>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// The batcher makes lists of what arrives at it.
pipeline<s.Order, s.Ack>()
  .addLastAt((at) => new s.Batcher(at, 2))
  .addLast(() => new s.OrderService());
