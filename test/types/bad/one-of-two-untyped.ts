// expect: UntypedHandler<"
// expect: "inbound In is any"
// expect: "Write is any"
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// One of the two handlers does not fit: that is enough.
pipeline().addLast(() => (Math.random() < 0.5 ? new s.FrameCodec() : new s.Ported()));
