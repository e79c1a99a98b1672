// expect: Argument of type '1' is not assignable to parameter of type 'boolean
import { ChannelOption, ServerBootstrap } from '@sluice/core';

new ServerBootstrap().childOption(ChannelOption.TCP_NODELAY, 1);
