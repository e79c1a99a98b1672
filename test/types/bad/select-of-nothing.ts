// expect: InboundMismatch<PreviousHandlerEmits<string>, ThisHandlerAccepts<Ping>>
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

// A handler that takes part of what arrives has to find something there.
pipeline<string, string>().addLast(() => new s.PingResponder());
