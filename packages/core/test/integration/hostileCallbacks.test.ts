import {
  Bootstrap,
  type Channel,
  type ChannelHandlerContext,
  ChannelOption,
  type ChannelPromise,
  FramedMessage,
  type Logger,
  nodeEventLoop,
  ServerBootstrap,
  type ServerChannel,
  type SocketChannel,
  setLogger,
  shutdownGracefully,
  WriteBufferWaterMark,
} from '../../src/index.js';
import { within } from '../support/within.js';

/** User code that throws, rejects or recurses wherever it is called: it may cost its own channel, never more. */
describe('user code at its worst', () => {
  const servers: Channel[] = [];
  const clients: Channel[] = [];
  const lines: string[] = [];
  const log = (_fields: object, text: string): void => void lines.push(text);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };

  beforeEach(() => setLogger(logger));
  afterEach(async () => {
    for (const channel of [...clients.splice(0), ...servers.splice(0)]) await channel.close();
    setLogger();
    lines.length = 0;
  });

  /** A server that collects what it gets. */
  async function sink(): Promise<{ server: ServerChannel; received(bytes: number): Promise<Buffer> }> {
    const chunks: Buffer[] = [];
    let look: () => void = () => {};
    const server = await new ServerBootstrap()
      .childHandler((child) => {
        child.pipeline.addLast({
          channelRead(_ctx, chunk: Buffer) {
            chunks.push(chunk);
            look();
          },
          exceptionCaught: () => {},
        });
      })
      .bind({ host: '127.0.0.1', port: 0 });
    servers.push(server);
    const received = (bytes: number): Promise<Buffer> =>
      within(
        `${bytes} bytes`,
        new Promise<Buffer>((resolve) => {
          look = () => {
            const all = Buffer.concat(chunks);
            if (all.length >= bytes) resolve(all);
          };
          look();
        }),
      );
    return { server, received };
  }

  async function dial(
    server: Channel,
    init: (channel: SocketChannel) => void = () => {},
  ): Promise<SocketChannel> {
    const channel = await new Bootstrap().handler(init).connect(server.localAddress as never);
    clients.push(channel);
    return channel;
  }

  test('a listener that writes does not get between two parts of one message', async () => {
    const { server, received } = await sink();
    const channel = await dial(server, (created) => {
      created.pipeline.addLast({
        // As a prepender with a handler between it and the socket does: two writes for one message.
        write(ctx: ChannelHandlerContext, message: Buffer, promise: ChannelPromise) {
          ctx.write(Buffer.from(`<${message.length}>`));
          ctx.write(message, promise);
        },
      });
    });
    const done = new Promise<void>((resolve) => {
      channel.writeAndFlush(Buffer.alloc(10, 'a')).addListener(() => {
        channel.writeAndFlush(Buffer.alloc(20, 'b')).addListener(() => resolve());
      });
    });
    channel.writeAndFlush(Buffer.alloc(70_000, 'c'));
    await within('the last write', done);
    const all = (await received(4 + 10 + 4 + 20 + 7 + 70_000)).toString();
    expect(all.replace(/([abc])\1*/g, '$1')).toMatch(/^<10>a(<70000>c<20>b|<20>b<70000>c)$/);
  });

  test('a FramedMessage that throws ends its channel and leaves nothing to the next', async () => {
    class Bad extends FramedMessage {
      readonly headerLength = 2;
      writeHeader(): void {
        throw new RangeError('does not fit');
      }
    }
    const one = await sink();
    const two = await sink();
    const bad = await dial(one.server);
    const good = await dial(two.server);
    for (let i = 0; i < 4; i++) bad.write(Buffer.alloc(20_000, 'S'));
    const failed = bad.writeAndFlush(new Bad(Buffer.from('x')));
    await expect(failed).rejects.toThrow('does not fit');
    await within('the close', bad.closeFuture);
    good.write(Buffer.from('hello '));
    await good.writeAndFlush(Buffer.from('B'));
    expect((await two.received(7)).toString()).toBe('hello B');
  });

  test('a cancelled write whose room is used at once from channelWritabilityChanged', async () => {
    const { server, received } = await sink();
    const channel = await dial(server, (created) => {
      created.pipeline.addLast({
        channelWritabilityChanged(ctx) {
          if (ctx.channel.isWritable) ctx.writeAndFlush(Buffer.from('used'));
        },
      });
    });
    const cancelled = channel.write(Buffer.alloc(100_000));
    expect(channel.isWritable).toBe(false);
    expect(cancelled.cancel()).toBe(true);
    channel.flush();
    expect((await received(4)).toString()).toBe('used');
    expect(channel.isOpen).toBe(true);
  });

  test('after a stack overflow nothing leaves that encoders have not seen', async () => {
    const { server } = await sink();
    let reply: Promise<Error | null> | undefined;
    const seen: string[] = [];
    const echo = await new ServerBootstrap()
      .childHandler((child) => {
        const recurse = (depth: number): number => (depth < 0 ? 0 : 1 + recurse(depth + 1));
        child.pipeline.addLast(
          { write: (ctx, _message, promise) => void ctx.write(Buffer.from('ciphertext'), promise) },
          {
            channelRead(ctx, message) {
              ctx.fireChannelRead(message);
              reply = ctx.writeAndFlush(Buffer.from('SECRET')).then(
                () => null,
                (error: Error) => error,
              );
            },
          },
          { channelRead: () => void recurse(0) },
          { exceptionCaught: (_ctx, cause: Error & { code?: string }) => void seen.push(String(cause.code)) },
        );
      })
      .bind({ host: '127.0.0.1', port: 0 });
    servers.push(echo, server);
    let got = '';
    const client = await dial(echo, (created) => {
      created.pipeline.addLast({ channelRead: (_ctx, bytes: Buffer) => void (got += bytes.toString()) });
    });
    client.writeAndFlush(Buffer.from('deep'));
    await within('the close', client.closeFuture);
    expect((await reply) ?? null).toMatchObject({ code: 'ERR_PIPELINE_DEPTH' });
    expect(seen).toEqual(['ERR_PIPELINE_DEPTH']);
    expect(got).toBe('');
  });

  test('hooks, listeners and tasks that throw or reject are logged', async () => {
    const { server } = await sink();
    const channel = await dial(server);
    channel.setOption(ChannelOption.UNHANDLED, {
      failure() {
        throw new Error('hook');
      },
    });
    await channel.close();
    channel.write(Buffer.from('too late'));
    channel.newSucceededFuture().addListener(async () => {
      throw new Error('listener');
    });
    nodeEventLoop.execute(async () => {
      throw new Error('task');
    });
    nodeEventLoop.schedule(async () => {
      throw new Error('timer');
    }, 0);
    await new Promise((resolve) => nodeEventLoop.schedule(() => setImmediate(resolve), 5));
    expect(lines).toEqual(
      expect.arrayContaining([
        'An unhandled-failure hook threw',
        'A promise of a ChannelFutureListener was rejected',
        'A promise of a task was rejected',
      ]),
    );
    expect(lines.filter((line) => line === 'A promise of a task was rejected')).toHaveLength(2);
  });

  test('a logger that throws does not stop the loop', async () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const broken = (): void => {
      throw new Error('disk full');
    };
    setLogger({ debug: broken, info: broken, warn: broken, error: broken });
    nodeEventLoop.execute(() => {
      throw new Error('task');
    });
    await new Promise<void>((resolve) => nodeEventLoop.execute(resolve));
    expect(warnings.mock.calls.map(([warning]) => String(warning)).join()).toMatch(
      /The logger threw.*disk full/s,
    );
    warnings.mockRestore();
  });

  test('the error that closed a channel is the cause of later failures, whatever was tried before', async () => {
    const { server } = await sink();
    const channel = await dial(server, (created) => {
      created.pipeline.addLast({ exceptionCaught: () => {} });
    });
    await channel.shutdownOutput();
    await expect(channel.shutdownOutput()).rejects.toMatchObject({ code: 'ERR_CHANNEL_OUTPUT_SHUTDOWN' });
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    channel.socket?.destroy(reset);
    await within('the close', channel.closeFuture);
    await expect(channel.write(Buffer.from('late'))).rejects.toMatchObject({
      code: 'ERR_CLOSED_CHANNEL',
      cause: reset,
    });
  });

  test('values that are no errors', async () => {
    const { server } = await sink();
    const causes: Error[] = [];
    const channel = await dial(server, (created) => {
      created.pipeline.addLast(
        {
          userEventTriggered() {
            throw Object.create(null);
          },
        },
        { exceptionCaught: (_ctx, cause) => void causes.push(cause) },
      );
    });
    channel.pipeline.fireUserEventTriggered('event');
    expect(causes[0]?.message).toMatch(/no Error was thrown/);
    for (const nothing of [undefined, null]) {
      const refused = new Bootstrap()
        .resolver(() => Promise.reject(nothing))
        .connect(server.localAddress as never);
      await expect(refused).rejects.toThrow(/no Error was thrown/);
      await within('the close', refused.channel.closeFuture);
    }
  });

  test('a delay that is no number does not stop the other timers', async () => {
    const fired = new Promise<void>((resolve) => nodeEventLoop.scheduleCoarse(resolve, 20));
    nodeEventLoop.scheduleCoarse(() => {}, Number.NaN);
    // Coarse timers do not keep the process alive; this one does.
    const alive = setTimeout(() => {}, 5000);
    await within('the timer', fired);
    clearTimeout(alive);
  });

  test('an estimator that counts nonsense fails the write', async () => {
    const { server } = await sink();
    const channel = await dial(server);
    channel.setOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, () => Number.NaN);
    await expect(channel.writeAndFlush(Buffer.from('x'))).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(channel.isWritable).toBe(true);
    expect(() =>
      channel.setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, { low: 1, high: 2 } as never),
    ).toThrow(TypeError);
    expect(channel.config.writeBufferWaterMark).toBe(WriteBufferWaterMark.DEFAULT);
  });

  test('a handler that keeps close to itself does not outlast the time limit', async () => {
    const { server } = await sink();
    const channel = await dial(server, (created) => {
      created.pipeline.addLast({ close: () => {} });
    });
    channel.config.allowHalfClosure = true;
    await within('the graceful close', channel.closeGracefully({ timeout: 50 }));
    expect(channel.isOpen).toBe(false);
    const stubborn = await new ServerBootstrap()
      .handler({ close: () => {} })
      .childHandler(() => {})
      .bind({ host: '127.0.0.1', port: 0 });
    await within('the shutdown', shutdownGracefully(stubborn, { timeout: 50 }));
    expect(stubborn.isOpen).toBe(false);
  });

  test('listeners that write again and again leave room for timers', async () => {
    const { server } = await sink();
    const channel = await dial(server);
    let running = true;
    let rounds = 0;
    const pump = (): void => {
      rounds++;
      if (running) channel.writeAndFlush(Buffer.alloc(8)).addListener(pump);
    };
    pump();
    await within('a timer', new Promise<void>((resolve) => setTimeout(resolve, 20)));
    running = false;
    expect(rounds).toBeGreaterThan(16);
  });

  test('a matcher may be any class', async () => {
    const { matches } = await import('../../src/index.js');
    expect([matches(Buffer, Buffer.alloc(1)), matches(Buffer, 'text'), matches(Buffer, { a: 1 })]).toEqual([
      true,
      false,
      false,
    ]);
    function Old(this: { kind: string }): void {
      this.kind = 'old';
    }
    Old.prototype.method = () => {};
    const instance = Object.create(Old.prototype);
    expect([matches(Old as never, instance), matches(Old as never, {})]).toEqual([true, false]);
    expect(matches((message: unknown) => message === 1, 1)).toBe(true);
  });
});
