import {
  type AnyChannelHandler,
  ChannelDuplexHandler,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  ChannelOutboundHandlerAdapter,
  EmbeddedChannel,
} from '@sluice/core';
import { maskOf } from '../../src/pipeline/mask.js';
import { INBOUND, OUTBOUND, Trace } from './tracing.js';

type Callbacks = Record<string, (...args: unknown[]) => unknown>;

/** Adds an own method for `event` that calls what it inherits, which makes the pipeline visit it. */
function visiting<H extends AnyChannelHandler>(handler: H, event: string, trace: Trace): H {
  const inherited = (handler as unknown as Callbacks)[event] as (...args: unknown[]) => unknown;
  (handler as unknown as Callbacks)[event] = (...args) => {
    trace.note('visited', event);
    return inherited.apply(handler, args);
  };
  return handler;
}

class Inbound extends ChannelInboundHandlerAdapter {}
class Outbound extends ChannelOutboundHandlerAdapter {}
class Duplex extends ChannelDuplexHandler {}
class Bare extends ChannelHandlerAdapter {}

const inbound = Object.entries(INBOUND);
const outbound = Object.entries(OUTBOUND);

describe('what a base class inherits passes the event on', () => {
  test.each([Inbound, Duplex].flatMap((type) => inbound.map(([event, fire]) => ({ type, event, fire }))))(
    '$type.name.$event',
    ({ type, event, fire }) => {
      const trace = new Trace();
      const channel = new EmbeddedChannel();
      channel.pipeline.addLast(visiting(new type(), event, trace), {
        [event]: (_ctx: ChannelHandlerContext, argument: unknown) =>
          trace.note('next', event, argument ?? ''),
      });
      fire((channel.pipeline as unknown as { head: ChannelHandlerContext }).head);
      expect(trace.take()).toEqual([`visited ${event}`, expect.stringMatching(`^next ${event}`)]);
      channel.finishAndReleaseAll();
    },
  );

  test.each([Outbound, Duplex].flatMap((type) => outbound.map(([event, call]) => ({ type, event, call }))))(
    '$type.name.$event',
    ({ type, event, call }) => {
      const trace = new Trace();
      const channel = new EmbeddedChannel({ hasDisconnect: true, handlers: [] });
      channel.pipeline.addLast(
        {
          [event]: (...args: unknown[]) =>
            trace.note('next', event, typeof args[1] === 'string' ? args[1] : ''),
        },
        visiting(new type(), event, trace),
      );
      trace.take();
      call((channel.pipeline as unknown as { tail: ChannelHandlerContext }).tail);
      expect(trace.take()).toEqual([`visited ${event}`, expect.stringMatching(`^next ${event}`)]);
      channel.pipeline.removeFirst();
      channel.finishAndReleaseAll();
    },
  );

  test.each([Inbound, Outbound, Duplex, Bare])('%p.exceptionCaught', (type) => {
    const trace = new Trace();
    const channel = new EmbeddedChannel();
    channel.pipeline.addLast(visiting(new type() as AnyChannelHandler, 'exceptionCaught', trace));
    const boom = new Error('boom');
    channel.pipeline.fireExceptionCaught(boom);
    expect(() => channel.checkException()).toThrow(boom);
    expect(trace.take()).toEqual(['visited exceptionCaught']);
    channel.finish();
  });
});

test('super.channelActive(ctx) works (D1)', () => {
  const trace = new Trace();
  class Greeter extends ChannelInboundHandlerAdapter {
    override channelActive(ctx: ChannelHandlerContext): unknown {
      trace.note('greeter');
      return super.channelActive(ctx);
    }
  }
  const channel = new EmbeddedChannel(new Greeter(), { channelActive: () => trace.note('next') });
  expect(trace.take()).toEqual(['greeter', 'next']);
  channel.finish();
});

test('base classes implement nothing, are not sharable, and bear being added and removed', () => {
  for (const type of [Inbound, Outbound, Duplex, Bare]) {
    const handler = new type() as AnyChannelHandler;
    expect([maskOf(handler), handler.isSharable]).toEqual([0, false]);
    const channel = new EmbeddedChannel(handler);
    expect(channel.pipeline.removeFirst()).toBe(handler);
    channel.finish();
  }
});
