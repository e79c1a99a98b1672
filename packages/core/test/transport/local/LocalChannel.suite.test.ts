import { localPair } from '../../support/locals.js';
import { transportSuite } from '../../support/transportSuite.js';

transportSuite('local channels', localPair, { bytes: false, halfClosure: false });
