// expect: Property 'initChannel' in type 'Late' is not assignable to the same property in base type
import { type Channel, ChannelInitializer } from '@sluice/core';
import * as s from '../support/sample.js';

// An initializer is synchronous: the channel begins to read right after.
export class Late extends ChannelInitializer {
  protected override async initChannel(channel: Channel): Promise<void> {
    channel.pipeline.addLast(new s.FrameCodec());
  }
}
