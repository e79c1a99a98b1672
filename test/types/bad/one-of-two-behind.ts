// expect: OutboundMismatch<ThisHandlerWrites<string>, PreviousHandlerAccepts<Ack & Ping>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// Behind either of two encoders only what both take may be written, and a string is not that.
pipeline<string, string>()
  .addLast(() => (Math.random() < 0.5 ? new s.AckEncoder() : new s.JsonCodec<s.Order, s.Ping>()))
  .addLast(() => new s.Heartbeat());
