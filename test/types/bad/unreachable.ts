// expect: InboundUnreachable<ThisHandlerAccepts<Order>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// The service takes all orders and fires nothing.
pipeline<s.Order, s.Ack>()
  .addLast(() => new s.OrderService())
  .addLast(() => new s.OrderFilter());
