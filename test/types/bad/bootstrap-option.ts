// expect: Argument of type 'string' is not assignable to parameter of type 'number
import { ChannelOption, ServerBootstrap } from '@sluice/core';

new ServerBootstrap().option(ChannelOption.SO_BACKLOG, '16');
