// expect: Property 'channelCreated' is missing in type
import { Bootstrap, SimpleChannelPool } from '@sluice/core';

new SimpleChannelPool({ bootstrap: new Bootstrap(), handler: { channelAcquired() {} } });
