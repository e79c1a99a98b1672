import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  ChannelOutboundHandlerAdapter,
  type ChannelPromise,
  CombinedChannelDuplexHandler,
  EmbeddedChannel,
  type Logger,
  serial,
  setLogger,
} from '@sluice/core';
import { CHANNEL_ACTIVE, CHANNEL_READ, EXCEPTION_CAUGHT, maskOf, WRITE } from '../../src/pipeline/mask.js';
import { INBOUND, OUTBOUND, Trace, ticksLater } from './tracing.js';

const boom = new Error('boom');
let trace: Trace;
let channel: EmbeddedChannel;
const warn = jest.fn();

beforeAll(() => setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger));
afterAll(() => setLogger());
beforeEach(() => {
  warn.mockClear();
  trace = new Trace();
  channel = new EmbeddedChannel({ hasDisconnect: true, handlers: [] });
});
afterEach(() => {
  for (const name of channel.pipeline.names()) channel.pipeline.remove(name);
  channel.finishAndReleaseAll();
});

const LIFE = ['handlerAdded', 'handlerRemoved', 'exceptionCaught'];

/** The named callbacks of a tracing handler. */
function part(name: string, callbacks: readonly string[], own: AnyChannelHandler = {}): AnyChannelHandler {
  const all = trace.handler(name, own) as Record<string, unknown>;
  return Object.fromEntries([...callbacks, ...LIFE].map((callback) => [callback, all[callback]]));
}
const inboundPart = (own?: AnyChannelHandler) => part('in', Object.keys(INBOUND), own);
const outboundPart = (own?: AnyChannelHandler) => part('out', Object.keys(OUTBOUND), own);

function combine(
  inbound: object = inboundPart(),
  outbound: object = outboundPart(),
): CombinedChannelDuplexHandler {
  const combined = new CombinedChannelDuplexHandler(inbound, outbound);
  channel.pipeline.addLast('before', trace.handler('before'));
  channel.pipeline.addLast('combined', combined as AnyChannelHandler);
  channel.pipeline.addLast('after', trace.handler('after'));
  return combined;
}

const context = (name: string): ChannelHandlerContext =>
  channel.pipeline.context(name) as ChannelHandlerContext;

describe('rule 10: a combined handler', () => {
  test.each(Object.entries(INBOUND))('gives %s to its inbound part', (event, fire) => {
    combine();
    trace.take();
    fire(context('before'));
    expect(trace.take().map((entry) => entry.split(' ', 2).join(' '))).toEqual([
      `in ${event}`,
      `after ${event}`,
    ]);
    channel.releaseInbound();
  });

  test.each(Object.entries(OUTBOUND))(
    'gives %s to its outbound part, with its promise',
    (operation, call) => {
      combine();
      trace.take();
      const result = call(context('after')) as ChannelPromise;
      expect(
        trace
          .take()
          .map((entry) => entry.split(' ', 2).join(' '))
          .slice(0, 2),
      ).toEqual([`out ${operation}`, `before ${operation}`]);
      if (operation !== 'read' && operation !== 'flush' && operation !== 'write') {
        expect(result.isSuccess).toBe(true);
      }
    },
  );

  test('tells both parts of its addition and removal', () => {
    combine();
    channel.pipeline.remove('combined');
    expect(trace.take().filter((entry) => /^(in|out) /.test(entry))).toEqual([
      'in handlerAdded',
      'out handlerAdded',
      'in handlerRemoved',
      'out handlerRemoved',
    ]);
  });

  test('gives an exception to both parts before it leaves', () => {
    combine();
    trace.take();
    context('before').fireExceptionCaught(boom);
    expect(trace.take()).toEqual([
      'in exceptionCaught boom',
      'out exceptionCaught boom',
      'after exceptionCaught boom',
    ]);
    expect(() => channel.checkException()).toThrow(boom);
  });

  test('passes what its parts do not implement', () => {
    combine({}, {});
    trace.take();
    const before = context('before');
    before.fireChannelRead('m').fireExceptionCaught(boom);
    context('after').write('w');
    expect(trace.take()).toEqual(['after channelRead m', 'after exceptionCaught boom', 'before write w']);
    expect(() => channel.checkException()).toThrow(boom);
    channel.releaseInbound();
  });

  test('hears of what its own parts throw', () => {
    const failing = {
      flush: throwing,
      exceptionCaught: (_ctx: unknown, cause: Error) => trace.note('out', cause),
    };
    combine(inboundPart({ channelRead: throwing }), failing);
    trace.take();
    context('before').fireChannelRead('m');
    context('after').flush();
    expect(trace.take()).toEqual([
      'in exceptionCaught boom',
      'out boom',
      'in exceptionCaught boom',
      'out boom',
    ]);
  });
});

describe('taking a part out', () => {
  test('the inbound one lets inbound events pass', () => {
    const combined = combine();
    trace.take();
    combined.removeInboundHandler();
    combined.removeInboundHandler();
    expect(trace.take()).toEqual(['in handlerRemoved']);
    for (const fire of Object.values(INBOUND)) fire(context('before'));
    expect(trace.take().every((entry) => entry.startsWith('after '))).toBe(true);
    context('before').fireExceptionCaught(boom);
    expect(trace.take()).toEqual(['out exceptionCaught boom', 'after exceptionCaught boom']);
    expect(() => channel.checkException()).toThrow(boom);
    context('after').write('w');
    expect(trace.take()).toEqual(['out write w', 'before write w']);
    channel.pipeline.remove('combined');
    expect(trace.take()).toEqual(['out handlerRemoved']);
    channel.releaseInbound();
  });

  test('the outbound one lets operations pass', () => {
    const combined = combine();
    trace.take();
    combined.removeOutboundHandler();
    expect(trace.take()).toEqual(['out handlerRemoved']);
    const after = context('after');
    for (const [operation, call] of closingLast(OUTBOUND)) {
      call(after);
      expect(trace.take()[0]?.startsWith(`before ${operation}`)).toBe(true);
    }
  });

  test('is seen by that part alone', () => {
    const seen: boolean[] = [];
    const outbound = { write: (ctx: ChannelHandlerContext) => void seen.push(ctx.isRemoved) };
    let partCtx: ChannelHandlerContext | undefined;
    const inbound = {
      handlerAdded: (ctx: ChannelHandlerContext) => {
        partCtx = ctx;
      },
    };
    const combined = combine(inbound, outbound);
    combined.removeInboundHandler();
    context('after').write('w');
    expect([partCtx?.isRemoved, seen]).toEqual([true, [false]]);
    channel.pipeline.remove('combined');
    expect(partCtx?.isRemoved).toBe(true);
  });

  test('wants the handler in a pipeline', () => {
    const combined = new CombinedChannelDuplexHandler({}, {});
    const refused = expect.objectContaining({
      code: 'ERR_ILLEGAL_STATE',
      message: 'handler not added to pipeline yet',
    });
    expect(() => combined.removeInboundHandler()).toThrow(refused);
    expect(() => combined.removeOutboundHandler()).toThrow(refused);
  });
});

describe('a part that fails', () => {
  test('in handlerRemoved is reported as an exception, and the other part is removed all the same', () => {
    combine(inboundPart({ handlerRemoved: throwing }));
    trace.take();
    channel.pipeline.remove('combined');
    expect(trace.take()).toEqual([
      'out exceptionCaught Handler.handlerRemoved() has thrown an exception.',
      'after exceptionCaught Handler.handlerRemoved() has thrown an exception.',
      'out handlerRemoved',
    ]);
    expect(() => channel.checkException()).toThrow(expect.objectContaining({ cause: boom }));
  });

  test('in exceptionCaught that the other part passed on is logged and dropped', () => {
    combine(
      {
        channelRead: (ctx: ChannelHandlerContext) => ctx.fireExceptionCaught(new Error('first')) && undefined,
      },
      { exceptionCaught: throwing },
    );
    trace.take();
    context('before').fireChannelRead('m');
    expect(trace.take()).toEqual([]);
    expect(warn).toHaveBeenCalledWith(
      { err: boom, cause: new Error('first') },
      expect.stringMatching(/^An exception was thrown by a user handler's exceptionCaught/),
    );
    channel.checkException();
  });

  test('asynchronously is heard of as any handler is', async () => {
    const unhandledRejection = jest.fn();
    process.on('unhandledRejection', unhandledRejection);
    const rejecting = async (): Promise<never> => {
      throw boom;
    };
    const combined = combine(
      { channelRead: rejecting, handlerRemoved: rejecting },
      { write: rejecting, flush: rejecting, exceptionCaught: rejecting },
    );
    trace.take();
    const written = context('after').write('w');
    await expect(written.then()).rejects.toBe(boom);
    context('before').fireChannelRead('m');
    context('after').flush();
    combined.removeInboundHandler();
    await ticksLater();
    expect(warn.mock.calls.map(([fields]) => fields.err)).toEqual([boom, boom, boom]);
    process.off('unhandledRejection', unhandledRejection);
    expect(unhandledRejection).not.toHaveBeenCalled();
  });

  test('in an async handlerAdded takes the whole handler out', async () => {
    const rejecting = async (): Promise<never> => {
      throw boom;
    };
    combine({ handlerAdded: rejecting }, { handlerAdded: rejecting });
    await ticksLater();
    expect(channel.pipeline.names()).toEqual(['before', 'after']);
    expect(() => channel.checkException()).toThrow('handlerAdded() has thrown an exception; removed.');
  });
});

describe('the parts', () => {
  test('are checked for their direction', () => {
    const refused = (message: string) => expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message });
    expect(() => new CombinedChannelDuplexHandler({ write() {} } as object, {})).toThrow(
      refused('inboundHandler must not implement ChannelOutboundHandler to get combined.'),
    );
    expect(() => new CombinedChannelDuplexHandler({}, { channelRead() {} } as object)).toThrow(
      refused('outboundHandler must not implement ChannelInboundHandler to get combined.'),
    );
  });

  test('may be adapters, and may be set by a subclass after super()', () => {
    class In extends ChannelInboundHandlerAdapter {
      override channelRead(ctx: ChannelHandlerContext, message: unknown): void {
        ctx.fireChannelRead(`in ${message}`);
      }
    }
    class Out extends ChannelOutboundHandlerAdapter {
      override write(ctx: ChannelHandlerContext, message: unknown, promise: ChannelPromise): void {
        ctx.write(`out ${message}`, promise);
      }
    }
    class Codec extends CombinedChannelDuplexHandler<In, Out> {
      constructor() {
        super();
        this.init(new In(), new Out());
      }
      again(): void {
        this.init(new In(), new Out());
      }
      get parts(): [In, Out] {
        return [this.inboundHandler, this.outboundHandler];
      }
    }
    const codec = new Codec();
    const plain = new EmbeddedChannel(codec as AnyChannelHandler);
    plain.writeInbound('a');
    plain.writeOutbound('b');
    expect([plain.readInbound(), plain.readOutbound()]).toEqual(['in a', 'out b']);
    expect(codec.parts).toEqual([expect.any(In), expect.any(Out)]);
    expect(() => codec.again()).toThrow(
      'init() can not be invoked if CombinedChannelDuplexHandler was constructed with parts.',
    );
    plain.finish();
  });

  test('that were never set keep the handler out of a pipeline', () => {
    class Empty extends CombinedChannelDuplexHandler {}
    channel.pipeline.addLast(new Empty() as AnyChannelHandler);
    expect(channel.pipeline.names()).toEqual([]);
    expect(() => channel.checkException()).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({
          message: 'init() must be invoked before being added to a pipeline',
        }),
      }),
    );
  });

  test('operate on the channel from the place of the whole', async () => {
    let ctx: ChannelHandlerContext | undefined;
    combine({
      handlerAdded: (given: ChannelHandlerContext) => {
        ctx = given;
      },
    });
    trace.take();
    for (const [name, call] of closingLast({ ...INBOUND, ...OUTBOUND })) {
      call(ctx as ChannelHandlerContext);
      const [first] = trace.take();
      expect(first).toMatch(new RegExp(`^(after|before) ${name}`));
    }
    expect(ctx?.writesToTransport).toBe(false);
    expect(ctx?.name).toBe('combined');
  });
});

/** Closing takes all handlers out. */
function closingLast<T>(calls: Record<string, T>): [string, T][] {
  return Object.entries(calls).sort(([a], [b]) => Number(a === 'close') - Number(b === 'close'));
}

function throwing(): never {
  throw boom;
}

describe('what visits a combined handler', () => {
  const parts = (): ConstructorParameters<typeof CombinedChannelDuplexHandler> => [
    { channelRead: (ctx, message) => void ctx.fireChannelRead(message) },
    { write: (ctx, message, promise) => ctx.write(message, promise), exceptionCaught() {} },
  ];

  test('is what its parts implement', () => {
    expect(maskOf(new CombinedChannelDuplexHandler(...parts()))).toBe(
      CHANNEL_READ | WRITE | EXCEPTION_CAUGHT,
    );
    expect(maskOf(new CombinedChannelDuplexHandler({}, {}))).toBe(0);
    const nested = new CombinedChannelDuplexHandler(new CombinedChannelDuplexHandler(parts()[0], {}), {});
    expect(maskOf(nested)).toBe(CHANNEL_READ);
  });

  test('is also what a subclass overrides', () => {
    const seen: string[] = [];
    class Noting extends CombinedChannelDuplexHandler {
      override channelActive(ctx: ChannelHandlerContext): unknown {
        seen.push('active');
        return super.channelActive(ctx);
      }
    }
    const handler = new Noting(...parts());
    expect(maskOf(handler)).toBe(CHANNEL_READ | WRITE | EXCEPTION_CAUGHT | CHANNEL_ACTIVE);
    const channel = new EmbeddedChannel(handler, { channelActive: () => void seen.push('next') });
    expect(seen).toEqual(['active', 'next']);
    channel.finishAndReleaseAll();
  });

  test('goes to its parts also through serial()', () => {
    const seen: unknown[] = [];
    const combined = new CombinedChannelDuplexHandler(
      {
        channelActive: () => void seen.push('active'),
        channelRead: (_ctx, message) => void seen.push(message),
      },
      { write: (_ctx, message) => void seen.push(message) },
    );
    const channel = new EmbeddedChannel(serial(combined));
    channel.writeInbound('in');
    channel.write('out');
    expect(seen).toEqual(['active', 'in', 'out']);
    channel.finishAndReleaseAll();
  });
});
