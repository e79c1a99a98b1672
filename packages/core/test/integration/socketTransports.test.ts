import { type ReadMode, readMode, setReadMode } from '../../src/index.js';
import { freshPath, LOOPBACK, socketPair } from '../support/sockets.js';
import { transportSuite } from '../support/transportSuite.js';

describe.each(['onread', 'data'] as const)('reading by %s', (mode: ReadMode) => {
  const before = readMode();
  beforeEach(() => setReadMode(mode));
  afterEach(() => setReadMode(before));

  transportSuite('TCP', (setup) => socketPair(setup, LOOPBACK));
  transportSuite('Unix sockets', (setup) => socketPair(setup, freshPath()));
});
