import { readMode, setReadMode } from '../../../src/index.js';
import { closeCases } from './closeCases.js';
import { connectCases } from './connectCases.js';
import { dataCases } from './dataCases.js';
import { endlessCases } from './endlessCases.js';
import { failureCases } from './failureCases.js';
import { flushCases } from './flushCases.js';
import { halfClosureCases } from './halfClosureCases.js';
import { lifeCases } from './lifeCases.js';
import { readCases } from './readCases.js';
import { Suite } from './Suite.js';
import type { Transport } from './transports.js';
import { writabilityCases } from './writabilityCases.js';

/** What every transport promises, whatever carries it. */
export function transportSuite(transport: Transport): void {
  describe(transport.name, () => {
    const before = readMode();
    beforeEach(() => setReadMode(transport.readMode ?? before));
    afterEach(() => setReadMode(before));

    const suite = new Suite(transport);
    lifeCases(suite);
    connectCases(suite);
    dataCases(suite);
    flushCases(suite);
    readCases(suite);
    writabilityCases(suite);
    closeCases(suite);
    halfClosureCases(suite);
    failureCases(suite);
    endlessCases(suite);
    suite.allExemptionsAsserted();
  });
}
