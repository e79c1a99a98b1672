// expect: InboundMismatch<PreviousHandlerEmits<Frame>, ThisHandlerAccepts<Order>>
import { pipelineOf } from '@sluice/core';
import * as s from '../support/sample.js';

pipelineOf(
  () => new s.Idle(1),
  () => new s.FrameCodec(),
  () => new s.OrderService(),
);
