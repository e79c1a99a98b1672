import { transportSuite } from '../suite/transportSuite.js';
import { STREAMS } from '../suite/transports.js';

for (const transport of STREAMS) transportSuite(transport);
