import type { Channel } from '../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import type { ChannelPipeline } from '../pipeline/ChannelPipeline.js';
import { NoSuchHandlerException } from '../pipeline/errors.js';
import type { InboundOptions } from '../pipeline/InboundStream.js';

/**
 * The application's end of a channel whose pipeline was built with types: `Up` arrives there, `Down` may be written,
 * `Names` are the named handlers. The channel and its pipeline are the ordinary ones; who edits the pipeline at run time
 * in a way that changes the types has to mind them.
 */
export class TypedTail<out Up, in Down, out Names> {
  /** The channel itself, untyped. */
  readonly channel: Channel;

  /** Made by `PipelineInitializer.tail`. */
  constructor(channel: Channel) {
    this.channel = channel;
  }

  /** The pipeline of the channel, untyped. */
  get pipeline(): ChannelPipeline {
    return this.channel.pipeline;
  }

  /** `channel.write` for what this pipeline takes: queues a message; the future is done only after a flush. */
  write(message: Down, promise?: ChannelPromise): ChannelFuture {
    return this.channel.write(message, promise);
  }

  /** `channel.writeAndFlush` for what this pipeline takes. */
  writeAndFlush(message: Down, promise?: ChannelPromise): ChannelFuture {
    return this.channel.writeAndFlush(message, promise);
  }

  /** `channel.send` for what this pipeline takes: resolves when the channel is writable, rejects when it closes. */
  send(message: Down): Promise<void> {
    return this.channel.send(message);
  }

  /**
   * `channel.inbound()` with the type of what arrives. Call it in the function given to `build`, before the first
   * message can pass.
   */
  inbound(options?: InboundOptions): AsyncIterableIterator<Up> {
    return this.channel.inbound<Up>(options);
  }

  /**
   * The handler of this name, in this channel. Throws `NoSuchHandlerException` (`ERR_NO_SUCH_HANDLER`) when it has been
   * removed meanwhile, as all handlers are when the channel is closed.
   */
  get<N extends keyof Names & string>(name: N): Names[N] {
    const handler = this.pipeline.get(name);
    if (handler === null) {
      throw new NoSuchHandlerException(
        `${name}: no such handler in ${String(this.channel)}; the pipeline has [${this.pipeline.names().join(', ')}]. ` +
          'Was it removed, the channel closed, or set up by another initializer?',
      );
    }
    return handler as Names[N];
  }
}
