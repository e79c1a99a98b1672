// expect: Property 'set' does not exist on type 'ReadonlyMap<ChannelOption<unknown>, unknown>'
import { Bootstrap, ChannelOption } from '@sluice/core';

new Bootstrap().config.options.set(ChannelOption.AUTO_READ, false);
