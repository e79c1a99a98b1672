import { ChannelDuplexHandler } from '../../src/pipeline/adapters.js';
import type { ChannelHandlerContext } from '../../src/pipeline/ChannelHandlerContext.js';
import type { Passing } from '../../src/pipeline/HandlerTypes.js';
import { maskOf } from '../../src/pipeline/mask.js';
import { EmbeddedChannel } from '../../src/transport/embedded/EmbeddedChannel.js';
import { PassThroughHandler, passThrough } from '../../src/typed/PassThroughHandler.js';
import { Counter } from './handlers.js';

test('a subclass that overrides nothing is visited for nothing', () => {
  class Nothing extends PassThroughHandler {}
  expect(new Nothing()).toBeInstanceOf(ChannelDuplexHandler);
  expect(maskOf(new Nothing())).toBe(maskOf({}));
});

test('what is overridden is called, and messages pass both ways unchanged', async () => {
  const counter = new Counter();
  const channel = new EmbeddedChannel(counter);
  const message = { any: 'thing' };
  channel.writeInbound(message);
  channel.writeOutbound(message);
  expect(channel.readInbound()).toBe(message);
  expect(channel.readOutbound()).toBe(message);
  expect(counter.count).toBe(1);
  await channel.close();
});

test('it may write on its own account', async () => {
  class Heartbeat extends PassThroughHandler<string> {
    override userEventTriggered(ctx: ChannelHandlerContext<Passing, Passing | string>): void {
      ctx.writeAndFlush('ping');
    }
  }
  const channel = new EmbeddedChannel(new Heartbeat());
  channel.pipeline.fireUserEventTriggered('idle');
  expect(channel.readOutbound()).toBe('ping');
  await channel.close();
});

test('passThrough gives the object back as it is', async () => {
  const callbacks = {
    isSharable: true as const,
    channelActive(ctx: ChannelHandlerContext<Passing, Passing | string>): void {
      ctx.writeAndFlush('hello');
    },
  };
  const typed = passThrough<string>(callbacks);
  expect(typed).toBe(callbacks);
  const channels = [new EmbeddedChannel(typed), new EmbeddedChannel(typed)];
  expect(channels.map((channel) => channel.readOutbound())).toEqual(['hello', 'hello']);
  await Promise.all(channels.map((channel) => channel.close()));
});
