// expect: Argument of type 'string' is not assignable to parameter of type 'boolean'
import { ChannelOption, EmbeddedChannel } from '@sluice/core';

new EmbeddedChannel().setOption(ChannelOption.TCP_NODELAY, 'yes');
