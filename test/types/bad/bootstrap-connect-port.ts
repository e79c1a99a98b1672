// expect: Argument of type '9000' is not assignable to parameter of type 'SocketAddress | undefined'
import { Bootstrap } from '@sluice/core';

// A port alone is enough to bind, not to connect.
new Bootstrap().connect(9000);
