// expect: is not assignable to parameter of type 'number | SocketAddress | undefined'
import { ServerBootstrap } from '@sluice/core';

new ServerBootstrap().childHandler(() => {}).bind('localhost');
