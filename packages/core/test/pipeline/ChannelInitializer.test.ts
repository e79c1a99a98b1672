import {
  type Channel,
  type ChannelHandlerContext,
  ChannelInitializer,
  EmbeddedChannel,
  type Logger,
  setLogger,
} from '@sluice/core';
import { Trace, ticksLater } from './tracing.js';

const boom = new Error('boom');
const warn = jest.fn();
let trace: Trace;

beforeAll(() => setLogger({ debug() {}, info() {}, warn, error() {} } satisfies Logger));
afterAll(() => setLogger());
beforeEach(() => {
  warn.mockClear();
  trace = new Trace();
});

const unregistered = (): EmbeddedChannel => new EmbeddedChannel({ register: false, handlers: [] });
const adding = (...names: string[]): ChannelInitializer =>
  ChannelInitializer.of((channel) => {
    trace.note('init');
    for (const name of names) channel.pipeline.addLast(name, trace.handler(name));
  });

describe('rule 23: an initializer', () => {
  test('runs once, at registration, and removes itself; its handlers see channelRegistered', () => {
    const channel = unregistered();
    channel.pipeline.addLast('init', adding('a', 'b'));
    expect([channel.pipeline.names(), trace.take()]).toEqual([['init'], []]);
    channel.register();
    expect(channel.pipeline.names()).toEqual(['a', 'b']);
    expect(trace.take().slice(0, 7)).toEqual([
      'init',
      'a handlerAdded',
      'b handlerAdded',
      'a channelRegistered',
      'b channelRegistered',
      'a channelActive',
      'b channelActive',
    ]);
    channel.finish();
  });

  test('on a registered channel runs when it is added', () => {
    const channel = new EmbeddedChannel();
    channel.pipeline.addLast(adding('a'));
    expect([channel.pipeline.names(), trace.take()]).toEqual([['a'], ['init', 'a handlerAdded']]);
    channel.finish();
  });

  test.each([
    ['addFirst', ['a', 'b', 'there']],
    ['addLast', ['there', 'a', 'b']],
  ] as const)('that is added with %s may put its handlers in its place', (add, names) => {
    const channel = new EmbeddedChannel();
    channel.pipeline.addLast('there', {});
    const init = ChannelInitializer.of(({ pipeline }) => {
      pipeline.addBefore('init', 'a', {}).addBefore('init', 'b', {});
    });
    channel.pipeline[add]('init', init);
    expect(channel.pipeline.names()).toEqual(names);
    channel.finish();
  });

  test('first or last of several keeps the order of events', () => {
    for (const position of [0, 2]) {
      const channel = unregistered();
      const handlers = [trace.handler('x'), trace.handler('y')];
      handlers.splice(position, 0, adding('a'));
      channel.pipeline.addLast(...handlers);
      channel.register();
      const registered = trace.take().filter((entry) => entry.endsWith('channelRegistered'));
      expect(registered).toEqual(['x channelRegistered', 'y channelRegistered', 'a channelRegistered']);
      channel.finish();
      trace.take();
    }
  });

  test('within an initializer takes its turn in order', () => {
    const channel = unregistered();
    channel.pipeline.addLast(
      ChannelInitializer.of(({ pipeline }) => {
        pipeline.addLast('1', trace.handler('1'));
        pipeline.addLast(
          ChannelInitializer.of((inner) => {
            inner.pipeline.addLast('2', trace.handler('2'));
          }),
        );
        pipeline.addLast('3', trace.handler('3'));
      }),
    );
    channel.register();
    expect(channel.pipeline.names()).toEqual(['1', '2', '3']);
    expect(trace.take().slice(0, 6)).toEqual([
      '1 handlerAdded',
      '2 handlerAdded',
      '3 handlerAdded',
      '1 channelRegistered',
      '2 channelRegistered',
      '3 channelRegistered',
    ]);
    channel.finish();
  });

  test('that fires events while it runs does not run again', () => {
    let runs = 0;
    const channel = unregistered();
    channel.pipeline.addLast(
      ChannelInitializer.of(({ pipeline }) => {
        runs++;
        pipeline.fireChannelRegistered().fireChannelActive();
        pipeline.addLast('a', trace.handler('a'));
      }),
    );
    channel.register();
    expect([runs, channel.pipeline.names()]).toEqual([1, ['a']]);
    channel.finish();
  });

  test('that fires channelRegistered again has its handlers hear it twice', () => {
    const channel = unregistered();
    let runs = 0;
    channel.pipeline.addLast(
      ChannelInitializer.of(({ pipeline }) => {
        runs++;
        pipeline.addLast('a', trace.handler('a'));
        pipeline.fireChannelRegistered();
      }),
    );
    channel.register();
    expect(runs).toBe(1);
    expect(trace.take().filter((entry) => entry === 'a channelRegistered')).toHaveLength(2);
    channel.finish();
  });

  test.each(['addFirst', 'addLast'] as const)('may add another one with %s, which runs too', (add) => {
    const channel = new EmbeddedChannel(
      ChannelInitializer.of(({ pipeline }) => void pipeline[add](adding('a'))),
    );
    expect(channel.pipeline.names()).toEqual(['a']);
    channel.finish();
  });

  test('that removes itself, or empties the pipeline, does no harm', () => {
    const channel = new EmbeddedChannel();
    channel.pipeline.addLast(
      'init',
      ChannelInitializer.of(({ pipeline }) => {
        pipeline.addLast('a', {}).remove('init');
      }),
    );
    expect(channel.pipeline.names()).toEqual(['a']);
    channel.checkException();
    channel.finish();
  });

  test('may stand in a pipeline twice, before registration', () => {
    const channel = unregistered();
    let count = 0;
    const init = ChannelInitializer.of(({ pipeline }) => void pipeline.addLast(`h${count++}`, {}));
    channel.pipeline.addFirst('later', init).addFirst('sooner', init);
    channel.register();
    expect(channel.pipeline.names()).toEqual(['h0', 'h1']);
    channel.finish();
  });

  test('serves many channels', () => {
    const init = adding('a');
    const channels = [new EmbeddedChannel(), new EmbeddedChannel(), unregistered()];
    for (const channel of channels) channel.pipeline.addLast(init);
    channels[2]?.register();
    expect(channels.map((channel) => channel.pipeline.names())).toEqual([['a'], ['a'], ['a']]);
    for (const channel of channels) channel.finish();
  });

  test('can be a class, with a channel of its own kind', () => {
    class Init extends ChannelInitializer<EmbeddedChannel> {
      protected override initChannel(channel: EmbeddedChannel): void {
        channel.freezeTime();
        channel.pipeline.addLast('a', {});
      }
    }
    const channel = new EmbeddedChannel(new Init());
    expect(channel.pipeline.names()).toEqual(['a']);
    channel.finish();
  });
});

describe('rule 24: when initChannel throws', () => {
  const failing = ChannelInitializer.of(({ pipeline }) => {
    pipeline.addLast('half', {});
    throw boom;
  });

  test('it is logged and the channel is closed, before registration', () => {
    const channel = unregistered();
    channel.pipeline.addLast(failing);
    channel.register().addListener(() => {});
    expect([channel.isOpen, channel.pipeline.names()]).toEqual([false, []]);
    expect(warn).toHaveBeenCalledWith(
      { err: boom, channel: expect.any(String) },
      'Failed to initialize a channel. Closing',
    );
  });

  test('and after it', () => {
    const channel = new EmbeddedChannel();
    channel.pipeline.addLast(failing);
    channel.runPendingTasks();
    expect([channel.isOpen, channel.pipeline.names(), warn.mock.calls.length]).toEqual([false, [], 1]);
  });

  test('a subclass may decide otherwise', () => {
    const caught: Error[] = [];
    class Lenient extends ChannelInitializer {
      protected override initChannel(): void {
        throw boom;
      }
      override exceptionCaught(_ctx: ChannelHandlerContext, cause: Error): void {
        caught.push(cause);
      }
    }
    const channel = new EmbeddedChannel(new Lenient());
    expect([caught, channel.isOpen, channel.pipeline.names()]).toEqual([[boom], true, []]);
    channel.finish();
  });
});

test('initChannel that returns a promise fails the channel with an error that says so (D3)', async () => {
  const unhandledRejection = jest.fn();
  process.on('unhandledRejection', unhandledRejection);
  for (const outcome of [() => Promise.resolve(), () => Promise.reject(boom)]) {
    warn.mockClear();
    const channel = new EmbeddedChannel();
    channel.pipeline.addLast(ChannelInitializer.of(outcome as unknown as (channel: Channel) => void));
    channel.runPendingTasks();
    expect(channel.isOpen).toBe(false);
    expect(warn.mock.calls[0]?.[0].err).toMatchObject({
      code: 'ERR_CHANNEL_PIPELINE',
      message: expect.stringMatching(/^initChannel\(\) must be synchronous, but it returned a promise/),
    });
  }
  await ticksLater();
  process.off('unhandledRejection', unhandledRejection);
  expect(unhandledRejection).not.toHaveBeenCalled();
});
