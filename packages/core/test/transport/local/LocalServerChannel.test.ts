import {
  BindException,
  ChannelOption,
  ClosedChannelException,
  isServerChannel,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
} from '../../../src/index.js';
import { localClient, localPair, localServer } from '../../support/locals.js';
import { opened } from '../../support/opened.js';
import { Recorder } from '../../support/Recorder.js';
import { polls, within } from '../../support/within.js';

describe('binding', () => {
  test('the promise first, then channelActive as a task', async () => {
    const server = opened(new LocalServerChannel());
    const recorder = new Recorder();
    server.pipeline.addLast(recorder);
    server.register();
    const bound = server.bind({ local: 'Here' });
    expect([bound.isSuccess, server.isActive]).toEqual([true, true]);
    expect(recorder.events).toEqual(['added', 'registered']);
    await recorder.seen('active');
    expect(String(server.localAddress)).toBe('local:here');
    expect([server.remoteAddress, isServerChannel(server)]).toEqual([null, true]);
  });

  test('a name in use fails and closes; it is free when its owner has closed', async () => {
    const first = opened(await localServer().bind({ local: 'one' }));
    const second = localServer().bind(new LocalAddress('ONE'));
    await expect(second).rejects.toThrow(BindException);
    await expect(second).rejects.toThrow(/^address already in use by: \[id: 0x[0-9a-f]+, L:local:one\]/);
    expect([second.channel.isOpen, first.isActive]).toEqual([false, true]);
    await first.close();
    opened(await localServer().bind({ local: 'one' }));
  });

  test('ANY gives a fresh name each time', async () => {
    const [a, b] = [
      opened(await localServer().bind(LocalAddress.ANY)),
      opened(await localServer().bind({ local: 'any' })),
    ];
    expect(a.localAddress?.equals(b.localAddress)).toBe(false);
  });
});

describe('accepting', () => {
  test('up to 16 connections make one read', async () => {
    const recorder = new Recorder();
    const server = opened(
      await localServer()
        .handler((channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, child) {
              recorder.note('accept');
              ctx.fireChannelRead(child);
            },
            channelReadComplete: () => recorder.note('complete'),
          }),
        )
        .bind(LocalAddress.ANY),
    );
    await Promise.all(
      Array.from({ length: 20 }, async () =>
        opened(await localClient().connect(server.localAddress as LocalAddress)),
      ),
    );
    expect(recorder.events).toEqual([
      ...new Array(16).fill('accept'),
      'complete',
      ...new Array(4).fill('accept'),
      'complete',
    ]);
  });

  test('autoRead off: each read() accepts one', async () => {
    let accepted = 0;
    const server = opened(
      await localServer(() => accepted++)
        .option(ChannelOption.AUTO_READ, false)
        .bind(LocalAddress.ANY),
    );
    const connects = [1, 2].map(() => localClient().connect(server.localAddress as LocalAddress));
    for (const connect of connects) opened(connect.channel);
    await polls(2);
    expect(accepted).toBe(0);
    server.read();
    await polls(2);
    expect([accepted, connects[0]?.isSuccess, connects[1]?.isDone]).toEqual([1, true, false]);
    server.config.autoRead = true;
    await within('the second', connects[1] as PromiseLike<unknown>);
  });

  test('SO_BACKLOG limits those who wait', async () => {
    const server = opened(
      await localServer()
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.SO_BACKLOG, 2)
        .bind(LocalAddress.ANY),
    );
    const where = server.localAddress as LocalAddress;
    const waiting = [1, 2].map(() => localClient().connect(where));
    for (const connect of waiting) opened(connect.channel);
    await polls(1);
    await expect(localClient().connect(where)).rejects.toThrow(/^connection refused: .* 2 connections wait/);
    // One that gives up makes room.
    waiting[0]?.channel.close();
    await polls(2);
    const third = localClient().connect(where);
    opened(third.channel);
    await polls(1);
    expect(third.isDone).toBe(false);
    server.config.autoRead = true;
    await within('the others', Promise.all([waiting[1], third]));
    await expect(waiting[0]).rejects.toBeInstanceOf(ClosedChannelException);
  });

  test('its close ends what waits and leaves what was accepted', async () => {
    const { client, listener } = await localPair();
    listener.config.autoRead = false;
    const waiting = localClient().connect(listener.localAddress as LocalAddress);
    await polls(1);
    await listener.close();
    await expect(waiting).rejects.toBeInstanceOf(ClosedChannelException);
    expect([client.isActive, listener.isOpen]).toEqual([true, false]);
    await expect(localClient().connect(listener.localAddress as LocalAddress)).rejects.toThrow(
      /^connection refused/,
    );
  });

  test('a subclass may make channels of its own', async () => {
    class Marked extends LocalChannel {
      readonly marked = true;
    }
    class MarkingServer extends LocalServerChannel {
      protected override newLocalChannel(client: LocalChannel): LocalChannel {
        return new Marked(this.eventLoop, { server: this, client });
      }
    }
    let child: LocalChannel | undefined;
    const server = opened(
      await localServer((channel) => (child = channel))
        .channel(MarkingServer)
        .bind(LocalAddress.ANY),
    );
    opened(await localClient().connect(server.localAddress as LocalAddress));
    expect(child).toBeInstanceOf(Marked);
  });
});

test('it neither connects nor writes', async () => {
  const server = opened(await localServer().bind(LocalAddress.ANY));
  expect(server.connect({ local: 'x' }).cause).toMatchObject({ code: 'ERR_UNSUPPORTED_OPERATION' });
  expect(server.writeAndFlush('x').cause).toMatchObject({ code: 'ERR_UNSUPPORTED_OPERATION' });
  expect(server.isActive).toBe(true);
});
