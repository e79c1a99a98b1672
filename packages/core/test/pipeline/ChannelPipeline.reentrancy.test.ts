import {
  type AnyChannelHandler,
  type ChannelFuture,
  type ChannelHandlerContext,
  EmbeddedChannel,
  type Logger,
  setLogger,
} from '@sluice/core';
import { Trace } from './tracing.js';

beforeAll(() => setLogger({ debug() {}, info() {}, warn() {}, error() {} } satisfies Logger));
afterAll(() => setLogger());

type Callback = Exclude<keyof AnyChannelHandler, 'isSharable' | 'isTransparent'>;

/** What makes a callback happen, on a channel that is registered and active unless it is about that. */
const CAUSES: Record<Callback, (channel: EmbeddedChannel) => unknown> = {
  handlerAdded: () => {},
  channelRegistered: () => {},
  channelActive: () => {},
  channelRead: (channel) => channel.writeInbound('m', 'n'),
  channelReadComplete: (channel) => channel.writeInbound('m', 'n'),
  userEventTriggered: ({ pipeline }) => pipeline.fireUserEventTriggered('u'),
  channelWritabilityChanged: ({ pipeline }) => pipeline.fireChannelWritabilityChanged(),
  exceptionCaught: ({ pipeline }) => pipeline.fireExceptionCaught(new Error('x')),
  channelInactive: (channel) => channel.close(),
  channelUnregistered: (channel) => channel.close(),
  handlerRemoved: ({ pipeline }) => pipeline.removeIfExists('acting'),
  bind: (channel) => channel.bind({ local: 'here' }).addListener(() => {}),
  connect: (channel) => channel.connect({ local: 'there' }).addListener(() => {}),
  disconnect: (channel) => channel.disconnect().addListener(() => {}),
  close: (channel) => channel.close(),
  deregister: (channel) => channel.deregister().addListener(() => {}),
  read: (channel) => channel.read(),
  write: (channel) => channel.write('w').addListener(() => {}),
  flush: (channel) => channel.writeAndFlush('w').addListener(() => {}),
};

type Act = (ctx: ChannelHandlerContext) => unknown;

/** What a handler may do to its channel in the midst of any callback. */
const ACTS: Record<string, Act> = {
  'close()': (ctx) => ctx.close().addListener(() => {}),
  'close() twice': (ctx) => [ctx.close().addListener(() => {}), ctx.close().addListener(() => {})],
  'disconnect()': (ctx) => ctx.channel.disconnect().addListener(() => {}),
  'deregister()': (ctx) => ctx.channel.deregister().addListener(() => {}),
  'deregister(), close()': (ctx) => [ctx.deregister().addListener(() => {}), ctx.channel.close()],
  'deregister(), register()': (ctx) => {
    ctx.channel
      .deregister()
      .addListener(() => (ctx.channel as EmbeddedChannel).register().addListener(() => {}));
  },
  'fireChannelRead() for all': (ctx) => ctx.pipeline.fireChannelRead('again').fireChannelReadComplete(),
  'fireChannelRead() from here': (ctx) => ctx.fireChannelRead('again').fireChannelReadComplete(),
  'fireExceptionCaught() for all': (ctx) => ctx.pipeline.fireExceptionCaught(new Error('again')),
  'fireUserEventTriggered() for all': (ctx) => ctx.pipeline.fireUserEventTriggered('again'),
  'writeAndFlush()': (ctx) => ctx.channel.writeAndFlush('again').addListener(() => {}),
  'write(), then close() when it is done': (ctx) => {
    ctx.channel.write('again').addListener(() => ctx.channel.close());
    ctx.channel.flush();
  },
  'flush(), read()': (ctx) => ctx.channel.flush().read(),
  'remove() of itself': (ctx) => ctx.pipeline.removeIfExists('acting'),
  'remove() of all others': ({ pipeline }) => {
    for (const name of pipeline.names()) if (name !== 'acting') pipeline.remove(name);
  },
  'replace() of itself': ({ pipeline }) =>
    pipeline.context('acting') !== null && pipeline.replace('acting', 'acting', {}),
  'addFirst() and addLast()': ({ pipeline }) => pipeline.addFirst({}).addLast({}),
  'a throw': () => {
    throw new Error('thrown');
  },
};

/** The order every handler may rely on, whatever happened. */
function expectLawful(
  name: string,
  trace: readonly string[],
  { wasRemovedEarly, mayMissInactive }: { wasRemovedEarly: boolean; mayMissInactive: boolean },
): void {
  const own = trace.filter((entry) => entry.startsWith(`${name} `)).map((entry) => entry.split(' ')[1]);
  const count = (event: string): number => own.filter((each) => each === event).length;
  if (wasRemovedEarly && own.length === 0) return;
  expect([own[0], own.at(-1)]).toEqual(['handlerAdded', 'handlerRemoved']);
  expect([count('handlerAdded'), count('handlerRemoved')]).toEqual([1, 1]);
  expect(count('channelActive')).toBeLessThanOrEqual(1);
  expect(count('channelInactive')).toBeLessThanOrEqual(1);
  if (wasRemovedEarly) return;
  expect(count('channelUnregistered')).toBe(count('channelRegistered'));
  const inactive = own.indexOf('channelInactive');
  const active = own.indexOf('channelActive');
  if (active >= 0 && !mayMissInactive) expect(inactive).toBeGreaterThan(active);
  if (inactive >= 0) {
    expect(own.slice(inactive)).not.toContain('channelActive');
    expect(own.lastIndexOf('channelUnregistered')).toBeGreaterThan(own.indexOf('channelRegistered'));
  }
}

describe.each(Object.keys(CAUSES) as Callback[])('from within %s', (callback) => {
  test.each(Object.entries(ACTS))('%s', (act, perform) => {
    const trace = new Trace();
    const futures: ChannelFuture[] = [];
    let times = 0;
    const all = trace.handler('acting') as Record<string, (...args: unknown[]) => unknown>;
    const acting: AnyChannelHandler = {
      ...(all as AnyChannelHandler),
      [callback]: (ctx: ChannelHandlerContext, ...args: unknown[]) => {
        // What an act causes may come back here: three levels are enough to see whether it ends.
        try {
          if (times++ < 3) perform(ctx);
        } finally {
          all[callback]?.(ctx, ...args);
        }
      },
    };
    const channel = new EmbeddedChannel({ register: false, hasDisconnect: true, handlers: [] });
    channel.config.autoRead = callback !== 'read';
    channel.pipeline.addLast('before', trace.handler('before'));
    channel.pipeline.addLast('acting', acting);
    channel.pipeline.addLast('after', trace.handler('after'));
    const drop = (run: () => unknown): void => {
      try {
        run();
        channel.checkException();
      } catch {
        // What nobody handled is not what this is about.
      }
    };
    drop(() => channel.register().addListener(() => {}));
    futures.push(channel.write('pending'));
    drop(() => CAUSES[callback](channel));
    drop(() => channel.runPendingTasks());
    expect(times).toBeGreaterThan(0);
    drop(() => futures.push(channel.close()));
    // Deregistered, it has no loop that would tell of the end; registering is refused, as it is closed.
    drop(() => channel.runPendingTasks());

    expect([channel.isOpen, channel.isActive, channel.isRegistered]).toEqual([false, false, false]);
    expect(channel.closeFuture.isSuccess).toBe(true);
    expect(futures.filter((future) => !future.isDone)).toEqual([]);
    expect(channel.hasPendingTasks).toBe(false);
    const { entries } = trace;
    // A channel that is closed when it has no loop any more tells its handlers nothing, as in Netty.
    const wasLeft = channel.pipeline.names().includes('before');
    expect(wasLeft && callback !== 'deregister' && !act.includes('deregister()')).toBe(false);
    if (wasLeft) return;
    for (const name of ['before', 'after'])
      expectLawful(name, entries, {
        wasRemovedEarly: act.startsWith('remove() of all'),
        mayMissInactive: callback === 'deregister' || act.includes('deregister()'),
      });
  });
});
