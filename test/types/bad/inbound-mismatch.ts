// expect: InboundMismatch<PreviousHandlerEmits<Frame>, ThisHandlerAccepts<Order>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// Frames are not orders.
pipeline()
  .addLast(() => new s.FrameCodec())
  .addLast(() => new s.OrderService());
