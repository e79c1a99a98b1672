import { type AnyChannelHandler, type ChannelHandlerContext, EmbeddedChannel } from '../../src/index.js';

/** Whether a write of the handler `last` reaches the transport as it is, behind the given handlers. */
function reaches(...between: AnyChannelHandler[]): boolean {
  let ctx: ChannelHandlerContext | undefined;
  const last: AnyChannelHandler = {
    handlerAdded: (added) => {
      ctx = added;
    },
  };
  const channel = new EmbeddedChannel(...between, last);
  const result = (ctx as ChannelHandlerContext).writesToTransport;
  channel.finish();
  return result;
}

const passing = (isTransparent?: boolean): AnyChannelHandler => ({
  ...(isTransparent === undefined ? {} : { isTransparent }),
  write: (ctx, message, promise) => void ctx.write(message, promise),
});

describe('writesToTransport', () => {
  test('with no handler between', () => expect(reaches()).toBe(true));
  test('handlers that do not implement write do not count', () =>
    expect(reaches({ channelRead: () => {} }, { flush: (ctx) => void ctx.flush() })).toBe(true));
  test('a handler that implements write is in the way', () => expect(reaches(passing())).toBe(false));
  test('unless it says that it only looks on', () =>
    expect(reaches(passing(true), { channelRead: () => {} }, passing(true))).toBe(true));
  test('one that does not say so is enough', () => expect(reaches(passing(), passing(true))).toBe(false));

  test('follows edits of the pipeline', () => {
    let ctx: ChannelHandlerContext | undefined;
    const channel = new EmbeddedChannel({ handlerAdded: (added) => void (ctx = added) });
    expect(ctx?.writesToTransport).toBe(true);
    channel.pipeline.addFirst('in the way', passing());
    expect(ctx?.writesToTransport).toBe(false);
    channel.pipeline.replace('in the way', 'looking on', passing(true));
    expect(ctx?.writesToTransport).toBe(true);
    channel.finish();
  });
});
