// expect: InboundMismatch<PreviousHandlerEmits<unknown>, ThisHandlerAccepts<Order>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// Without type arguments the codec emits `unknown`.
pipeline()
  .addLast(() => new s.FrameCodec())
  .addLast(() => new s.FrameToString())
  .addLast(() => new s.StringToFrame())
  .addLast(() => new s.JsonCodec())
  .addLast(() => new s.OrderService());
