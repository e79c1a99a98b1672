// expect: UntypedHandler<"
// expect: "inbound In is any"
// expect: "Write is any"
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addLast(() => new s.Ported());
