import {
  type AnyChannelHandler,
  ChannelOption,
  type SocketChannel,
  WriteBufferWaterMark,
} from '../../src/index.js';
import { countWrites } from '../support/handles.js';
import { Recorder } from '../support/Recorder.js';
import { socketPair } from '../support/sockets.js';
import { eventually, polls } from '../support/within.js';

/** A connection whose server answers what it reads by `answer`. */
async function answering(answer: AnyChannelHandler['channelRead'], marks?: WriteBufferWaterMark) {
  const atClient = new Recorder();
  const pair = await socketPair({
    client: (channel) => channel.pipeline.addLast(atClient),
    server: (channel) => channel.pipeline.addLast({ channelRead: answer } as AnyChannelHandler),
    serverOptions: marks === undefined ? [] : [[ChannelOption.WRITE_BUFFER_WATER_MARK, marks]],
  });
  return { ...pair, atClient, writes: countWrites(pair.server) };
}

const bytes = (text: string): Buffer => Buffer.from(text);

describe('flushes within a read dispatch', () => {
  test('are one system call at its end, after channelReadComplete', async () => {
    const seen: boolean[] = [];
    const { client, server, atClient, writes } = await answering((ctx) => {
      for (let i = 0; i < 100; i++) {
        const sent = ctx.writeAndFlush(bytes(`${i},`));
        if (i === 0) sent.addListener(() => seen.push(true));
        seen.push(sent.isDone);
      }
    });
    server.pipeline.addLast({
      channelReadComplete(ctx) {
        expect(writes.calls).toBe(0);
        ctx.writeAndFlush(bytes('complete'));
      },
    });
    server.pipeline.addFirst({
      channelReadComplete(ctx) {
        ctx.fireChannelReadComplete();
        expect(writes.calls).toBe(0);
      },
    });
    client.writeAndFlush(bytes('go'));
    const expected = `${Array.from({ length: 100 }, (_, i) => `${i},`).join('')}complete`;
    await atClient.received(expected.length);
    expect(atClient.text).toBe(expected);
    expect(writes.calls).toBe(1);
    expect(seen.slice(0, 100)).toEqual(new Array(100).fill(false));
    expect(seen).toHaveLength(101);
  });

  test('run when there are 256', async () => {
    let atMark: number[] = [];
    const { client, atClient, writes } = await answering((ctx) => {
      const counts: number[] = [];
      for (let i = 1; i <= 600; i++) {
        ctx.writeAndFlush(bytes('x'));
        if ([255, 256, 511, 512, 600].includes(i)) counts.push(writes.calls);
      }
      atMark = counts;
    });
    client.writeAndFlush(bytes('go'));
    await atClient.received(600);
    expect(atMark).toEqual([0, 1, 1, 2, 2]);
    expect(writes.calls).toBe(3);
  });

  test('run before a write would pass the high water mark: nothing is dropped by `if (isWritable)`', async () => {
    let refused = 0;
    const events: string[] = [];
    const { client, server, atClient, writes } = await answering((ctx) => {
      for (let i = 0; i < 50; i++) {
        if (ctx.channel.isWritable) ctx.writeAndFlush(Buffer.alloc(100, i));
        else refused++;
      }
    }, new WriteBufferWaterMark(500, 1000));
    server.pipeline.addLast({
      channelWritabilityChanged: (ctx) => void events.push(String(ctx.channel.isWritable)),
    });
    client.writeAndFlush(bytes('go'));
    await atClient.received(5000);
    expect([refused, events]).toEqual([0, []]);
    // Five messages of 100 bytes and 96 of overhead stay below 1000.
    expect(writes.calls).toBe(10);
  });

  test('a message above the mark by itself makes the channel unwritable, after what was flushed has left', async () => {
    const states: (boolean | number)[] = [];
    const { client, atClient, writes } = await answering((ctx) => {
      ctx.writeAndFlush(bytes('small'));
      ctx.write(Buffer.alloc(2000));
      states.push(writes.calls, ctx.channel.isWritable);
      ctx.flush();
    }, new WriteBufferWaterMark(500, 1000));
    client.writeAndFlush(bytes('go'));
    await atClient.received(2005);
    expect(states).toEqual([1, false]);
  });

  test('a flush forced by a write may lead to the end of the output: then that write fails', async () => {
    const outcomes: string[] = [];
    const { client, atClient } = await answering((ctx) => {
      const channel = ctx.channel as SocketChannel;
      ctx.writeAndFlush(bytes('last')).addListener(() => channel.shutdownOutput());
      ctx.write(Buffer.alloc(2000)).addListener((sent) => outcomes.push(sent.isSuccess ? 'sent' : 'failed'));
    }, new WriteBufferWaterMark(500, 1000));
    client.writeAndFlush(bytes('go'));
    await atClient.seen('inactive');
    await eventually('the write has an outcome', () => outcomes.length > 0);
    expect([atClient.text, outcomes]).toEqual(['last', ['failed']]);
  });

  test('write without flush is not sent at its end', async () => {
    const { client, server, atClient, writes } = await answering((ctx) => {
      ctx.writeAndFlush(bytes('flushed'));
      ctx.write(bytes('not'));
    });
    client.writeAndFlush(bytes('go'));
    await atClient.received(7);
    await polls(3);
    expect([atClient.text, writes.calls]).toEqual(['flushed', 1]);
    server.flush();
    await atClient.received(10);
  });

  test('of another channel run at the end of the tick', async () => {
    const atFirst = new Recorder();
    const first = await socketPair({ client: (channel) => channel.pipeline.addLast(atFirst) });
    const writes = countWrites(first.server);
    let within = -1;
    const { client } = await answering(() => {
      for (let i = 0; i < 10; i++) first.server.writeAndFlush(bytes('x'));
      within = writes.calls;
    });
    client.writeAndFlush(bytes('go'));
    await atFirst.received(10);
    expect([within, writes.calls]).toEqual([0, 1]);
  });
});

describe('what is flushed is never held back by', () => {
  const enders: [string, (channel: SocketChannel) => unknown][] = [
    ['close', (channel) => channel.close()],
    ['disconnect', (channel) => channel.disconnect()],
    ['shutdownOutput', (channel) => channel.shutdownOutput()],
    ['deregister', (channel) => channel.deregister()],
  ];

  test.each(enders)('%s, in a read dispatch', async (_name, end) => {
    const { client, atClient } = await answering((ctx) => {
      ctx.writeAndFlush(bytes('answer'));
      end(ctx.channel as SocketChannel);
    });
    client.writeAndFlush(bytes('go'));
    await atClient.received(6);
    expect(atClient.text).toBe('answer');
  });

  test.each(enders)('%s, outside', async (_name, end) => {
    const { client, server, atClient, writes } = await answering(() => {});
    const sent = server.writeAndFlush(bytes('news'));
    end(server);
    expect(writes.calls).toBe(1);
    expect(sent.isSuccess).toBe(true);
    await atClient.received(4);
    expect(client.isOpen).toBeDefined();
  });
});

describe('flushes outside a read dispatch', () => {
  test('of one tick are one system call', async () => {
    const { server, atClient, writes } = await answering(() => {});
    const sent = Array.from({ length: 20 }, () => server.writeAndFlush(bytes('x')));
    expect(writes.calls).toBe(0);
    await atClient.received(20);
    expect(writes.calls).toBe(1);
    await eventually('all futures are done', () => sent.every((future) => future.isSuccess));
  });

  test('flushNow is immediate', async () => {
    const { server, writes } = await answering(() => {});
    const sent = server.write(bytes('x'));
    server.flushNow();
    expect([writes.calls, sent.isSuccess]).toEqual([1, true]);
    server.flushNow();
    expect(writes.calls).toBe(1);
  });

  test('are forgotten when the channel was flushed meanwhile', async () => {
    const { server, atClient, writes } = await answering(() => {});
    server.writeAndFlush(bytes('a'));
    server.flushNow();
    server.writeAndFlush(bytes('b'));
    await atClient.received(2);
    expect([atClient.text, writes.calls]).toEqual(['ab', 2]);
  });
});
