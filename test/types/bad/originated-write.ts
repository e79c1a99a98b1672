// expect: OutboundMismatch<ThisHandlerWrites<string>, PreviousHandlerAccepts<Frame>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// The heartbeat passes messages on but writes strings itself.
pipeline()
  .addLast(() => new s.FrameCodec())
  .addLast(() => new s.Heartbeat());
