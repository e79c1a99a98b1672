// expect: is not assignable to parameter of type 'HandlerOrInit<SocketChannel>'
import { type DatagramChannel, ServerBootstrap } from '@sluice/core';

new ServerBootstrap().childHandler((child: DatagramChannel) => void child.joinGroup('239.0.0.1'));
