// expect: OutboundMismatch<ThisHandlerWrites<string>, PreviousHandlerAccepts<Frame>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// The codec writes text, and nothing above makes frames of it.
pipeline()
  .addLast(() => new s.FrameCodec())
  .addLast(() => new s.FrameToString())
  .addLast(() => new s.JsonCodec<s.Order, s.Ack>());
