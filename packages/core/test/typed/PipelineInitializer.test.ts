import { ChannelInitializer } from '../../src/pipeline/ChannelInitializer.js';
import { ChannelPipelineException } from '../../src/pipeline/errors.js';
import type { Untyped } from '../../src/pipeline/HandlerTypes.js';
import { EmbeddedChannel } from '../../src/transport/embedded/EmbeddedChannel.js';
import { pipeline } from '../../src/typed/PipelineBuilder.js';
import { getLogger, type Logger, setLogger } from '../../src/util/logger.js';
import { Counter, Echo, LineCodec } from './handlers.js';

const counter = new Counter();
const built = pipeline()
  .addLast('lines', () => new LineCodec())
  .addLast('counter', counter)
  .addLast('echo', () => new Echo())
  .build();

test('two connections at once have handlers of their own', async () => {
  const one = new EmbeddedChannel(built);
  const other = new EmbeddedChannel(built);
  // Halves of lines, in turn: with a shared codec or service they would mix.
  one.writeInbound(Buffer.from('on'));
  other.writeInbound(Buffer.from('oth'));
  one.writeInbound(Buffer.from('e\n'));
  other.writeInbound(Buffer.from('er\n'));
  expect(String(one.readOutbound())).toBe('echo one\n');
  expect(String(other.readOutbound())).toBe('echo other\n');

  const [a, b] = [built.tail(one), built.tail(other)];
  expect(a.get('lines')).not.toBe(b.get('lines'));
  expect(a.get('echo')).not.toBe(b.get('echo'));
  expect(a.get('echo').seen).toEqual(['one']);
  expect(b.get('echo').seen).toEqual(['other']);
  await Promise.all([one.close(), other.close()]);
});

test('a sharable handler is the same one in each channel', async () => {
  const before = counter.count;
  const channels = [new EmbeddedChannel(built), new EmbeddedChannel(built)];
  for (const channel of channels) {
    expect(built.tail(channel).get('counter')).toBe(counter);
    channel.writeInbound(Buffer.from('x\n'));
  }
  expect(counter.count).toBe(before + 2);
  await Promise.all(channels.map((channel) => channel.close()));
});

test('each attempt of a reconnecting client has new handlers', async () => {
  const used = new Set<object>();
  for (let attempt = 0; attempt < 3; attempt++) {
    const channel = new EmbeddedChannel(built);
    const echo = built.tail(channel).get('echo');
    expect(echo.seen).toEqual([]);
    channel.writeInbound(Buffer.from(`attempt ${attempt}\nunfinish`));
    expect(echo.seen).toEqual([`attempt ${attempt}`]);
    used.add(echo).add(built.tail(channel).get('lines'));
    await channel.close();
  }
  expect(used.size).toBe(6);
});

describe('as a handler', () => {
  test('it is a ChannelInitializer, sharable, and gone once it has done its work', async () => {
    expect(built).toBeInstanceOf(ChannelInitializer);
    expect(built.isSharable).toBe(true);
    const channel = new EmbeddedChannel(built);
    expect(channel.pipeline.names()).toEqual(['lines', 'counter', 'echo']);
    await channel.close();
  });

  test.each([
    ['before', false],
    ['after', true],
  ])('its handlers take its place in a pipeline, if added %s registration', async (_when, register) => {
    const channel = new EmbeddedChannel({ register, handlers: [] });
    channel.pipeline
      .addLast('first', {})
      .addLast(built)
      .addLast('last', { channelRead() {} });
    if (!register) await channel.register();
    expect(channel.pipeline.names()).toEqual(['first', 'lines', 'counter', 'echo', 'last']);
    await channel.close();
  });

  test('an initializer by hand may use it', async () => {
    const channel = new EmbeddedChannel(
      ChannelInitializer.of((ch) => {
        ch.pipeline.addLast('first', {}).addLast(built);
      }),
    );
    expect(channel.pipeline.names()).toEqual(['first', 'lines', 'counter', 'echo']);
    await channel.close();
  });
});

describe('build(whenBuilt)', () => {
  test('runs for each channel, when the handlers are in their places', async () => {
    const names: string[][] = [];
    const counted = pipeline()
      .addLast('lines', () => new LineCodec())
      .build((tail) => {
        names.push(tail.pipeline.names().filter((name) => !name.startsWith('PipelineInitializer')));
        tail.pipeline.addLast('own', {});
      });
    const channels = [new EmbeddedChannel(counted), new EmbeddedChannel(counted)];
    expect(names).toEqual([['lines'], ['lines']]);
    expect(channels.map((channel) => channel.pipeline.names())).toEqual([
      ['lines', 'own'],
      ['lines', 'own'],
    ]);
    await Promise.all(channels.map((channel) => channel.close()));
  });

  test('reads with the type of what arrives', async () => {
    const read: string[] = [];
    let done: Promise<void> | undefined;
    const reading = pipeline()
      .addLast(() => new LineCodec())
      .build((tail) => {
        const loop = async (): Promise<void> => {
          for await (const line of tail.inbound()) {
            read.push(line.trim());
            await tail.send(`got ${line}`);
          }
        };
        done = loop();
      });
    const channel = new EmbeddedChannel(reading);
    const answered = new Promise<void>((resolve) => {
      channel.pipeline.addFirst({
        write: (ctx, message, promise) => {
          ctx.write(message, promise);
          resolve();
        },
      });
    });
    channel.writeInbound(Buffer.from('one\n'));
    await answered;
    await channel.close();
    await done;
    expect(read).toEqual(['one']);
    expect(String(channel.readOutbound())).toBe('got one\n');
  });
});

describe('a channel that cannot be set up is closed, and the log says why', () => {
  const warnings: { err: Error }[] = [];
  let logger: Logger;
  beforeEach(() => {
    warnings.length = 0;
    logger = getLogger();
    setLogger({
      ...logger,
      warn: (fields: unknown) => void warnings.push(fields as { err: Error }),
    } as Logger);
  });
  afterEach(() => setLogger(logger));

  const loose = (): Untyped => pipeline();

  test('a factory that throws', () => {
    const failing = pipeline()
      .addLast(() => new LineCodec())
      .addLast((): Echo => {
        throw new Error('no service today');
      })
      .build();
    expect(new EmbeddedChannel(failing).isOpen).toBe(false);
    expect(warnings.map(({ err }) => err.message)).toEqual(['no service today']);
  });

  test('a factory that returns a promise', () => {
    const failing = loose()
      .addLast('late', async () => new Echo())
      .build();
    expect(new EmbeddedChannel(failing).isOpen).toBe(false);
    expect(warnings).toEqual([
      {
        err: expect.objectContaining({
          code: 'ERR_INVALID_ARG_TYPE',
          message: expect.stringMatching(/^The factory of the handler 'late' returned a promise/),
        }),
        channel: expect.any(String),
      },
    ]);
  });

  test('a factory that returns nothing', () => {
    const failing = loose()
      .addLast(() => undefined)
      .build();
    expect(new EmbeddedChannel(failing).isOpen).toBe(false);
    expect(warnings.map(({ err }) => err.message)).toEqual([
      expect.stringMatching(/^A handler is an object with callbacks, not undefined/),
    ]);
  });

  test('a factory that gives the same handler again', () => {
    const one = new Echo();
    const failing = pipeline<string, string>()
      .addLast(() => one)
      .build();
    expect(new EmbeddedChannel(failing).isOpen).toBe(true);
    expect(new EmbeddedChannel(failing).isOpen).toBe(false);
    expect(warnings.map(({ err }) => err)).toEqual([expect.any(ChannelPipelineException)]);
  });

  test('an async whenBuilt', () => {
    const failing = loose().build(async () => {});
    expect(new EmbeddedChannel(failing).isOpen).toBe(false);
    expect(warnings.map(({ err }) => err.message)).toEqual([
      expect.stringMatching(/^initChannel\(\) must be synchronous/),
    ]);
  });
});
