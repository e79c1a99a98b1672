// expect: Property 'setSuccess' does not exist on type 'ChannelFuture<void>'
import { EmbeddedChannel } from '@sluice/core';

// Only the channel completes it.
new EmbeddedChannel().closeFuture.setSuccess();
