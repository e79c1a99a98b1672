import { duplexPair } from '../../support/duplexPair.js';
import { rawSockets, streamChannels } from '../../support/streams.js';
import { transportSuite } from '../../support/transportSuite.js';

transportSuite('streams over sockets', async (setup) => streamChannels(await rawSockets(), setup));
transportSuite('streams in memory', (setup) => streamChannels(duplexPair(), setup));
