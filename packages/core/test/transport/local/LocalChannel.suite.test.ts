import { transportSuite } from '../suite/transportSuite.js';
import { LOCAL_CHANNELS } from '../suite/transports.js';

transportSuite(LOCAL_CHANNELS);
