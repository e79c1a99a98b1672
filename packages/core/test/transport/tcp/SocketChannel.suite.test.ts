import { transportSuite } from '../suite/transportSuite.js';
import { SOCKETS } from '../suite/transports.js';

for (const transport of SOCKETS) transportSuite(transport);
