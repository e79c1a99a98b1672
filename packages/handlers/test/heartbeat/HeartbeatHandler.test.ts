import { ClosedChannelException, EmbeddedChannel } from '@sluice/core';
import {
  CLOSE_REASON,
  HeartbeatHandler,
  HeartbeatTimeoutException,
  HeartbeatWriteException,
} from '@sluice/handlers';
import { codec, heartbeatChannel } from './harness.js';

describe('pings', () => {
  test('are sent after each interval without a write, and not while there are writes', () => {
    const { channel, sent } = heartbeatChannel({ missed: 0 });
    for (let i = 0; i < 20; i++) {
      channel.elapse(50);
      channel.writeOutbound('business');
    }
    expect(sent.filter((line) => line.includes('ping'))).toEqual([]);
    sent.length = 0;
    channel.elapse(300);
    expect(sent).toEqual(['1100 ping 1', '1200 ping 2', '1300 ping 3']);
    channel.finishAndReleaseAll();
  });

  test('are not put off by writes that nobody flushes, nor by flushes of nothing', () => {
    const { channel, sent } = heartbeatChannel({ missed: 0 });
    channel.elapse(60);
    channel.write('unflushed');
    channel.flush();
    channel.elapse(60);
    channel.flush();
    channel.elapse(40); // 160
    expect(sent).toEqual(['60 unflushed', '160 ping 1']);
    sent.length = 0;
    channel.elapse(50);
    channel.write('unflushed');
    channel.elapse(50);
    expect(sent).toEqual(['210 unflushed', '260 ping 2']);
    channel.finishAndReleaseAll();
  });

  test('in the mode read-idle are put off by reads only', () => {
    const { channel, sent } = heartbeatChannel({ mode: 'read-idle', missed: 0 });
    channel.elapse(60);
    channel.writeInbound('x');
    channel.elapse(60);
    channel.writeOutbound('y');
    channel.elapse(40);
    expect(sent).toEqual(['120 y', '160 ping 1']);
    channel.elapse(250);
    expect(sent.slice(2)).toEqual(['260 ping 2', '360 ping 3']);
    channel.finishAndReleaseAll();
  });

  test('in the mode all-idle are put off by either', () => {
    const { channel, sent } = heartbeatChannel({ mode: 'all-idle', missed: 0 });
    channel.elapse(60);
    channel.writeInbound('x');
    channel.elapse(60);
    channel.writeOutbound('y');
    channel.elapse(100);
    expect(sent).toEqual(['120 y', '220 ping 1']);
    channel.finishAndReleaseAll();
  });

  test('of 0 ms interval are none', () => {
    const { channel, sent } = heartbeatChannel({ interval: 0 });
    channel.elapse(1_000_000);
    expect(sent).toEqual([]);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    channel.finish();
  });

  test('tell the codec their number, the round-trip time and what was missed', () => {
    const infos: unknown[] = [];
    const { channel } = heartbeatChannel({
      codec: { ...codec, ping: (info) => `ping ${infos.push(info)}` },
      missed: 5,
    });
    channel.elapse(107);
    channel.writeInbound('pong 1');
    channel.elapse(193);
    expect(infos).toMatchObject([
      { nonce: 1, rtt: undefined, missed: 0 },
      { nonce: 2, missed: 0 },
      { nonce: 3, missed: 1 },
    ]);
    expect((infos[1] as { rtt: number }).rtt).toBeCloseTo(7);
    channel.finishAndReleaseAll();
  });

  test('of a codec that throws go on as exceptions, one an interval', () => {
    const ping = (): never => {
      throw new Error('no ping');
    };
    const { channel, heard } = heartbeatChannel({ codec: { ...codec, ping }, missed: 0, mode: 'read-idle' });
    channel.elapse(250);
    expect(heard).toEqual(['100 no ping', '200 missed 1', '200 no ping']);
    channel.finish();
  });
});

describe('answers', () => {
  test('pings are answered at once and passed to nobody', () => {
    const { channel, heard, sent } = heartbeatChannel();
    channel.writeInbound('ping 41', 'hello', 'ping 42');
    expect(sent).toEqual(['0 pong 41', '0 pong 42']);
    expect(heard).toEqual(['0 read hello']);
    channel.finishAndReleaseAll();
  });

  test.each([
    ['one-way heartbeats', { oneWay: true }],
    ['respond: false', { respond: false }],
    ['a codec that gives null', { codec: { ...codec, pong: () => null } }],
  ])('%s: none', (_name, options) => {
    const { channel, heartbeat, heard, sent } = heartbeatChannel({ interval: 0, timeout: 300, ...options });
    channel.elapse(250);
    channel.writeInbound('ping 1');
    expect(heartbeat.silence).toBe(0);
    channel.elapse(250);
    expect([heard, sent]).toEqual([[], []]);
    channel.finish();
  });

  test('are not piled up for a peer that does not read', () => {
    const { channel, sent } = heartbeatChannel();
    channel.outboundBuffer?.setUserDefinedWritability(1, false);
    channel.writeInbound('ping 1');
    expect(sent).toEqual([]);
    channel.outboundBuffer?.setUserDefinedWritability(1, true);
    channel.writeInbound('ping 2');
    expect(sent).toEqual(['0 pong 2']);
    channel.finishAndReleaseAll();
  });

  test('a swallowed heartbeat asks for the next read, as nobody else would', () => {
    const { channel } = heartbeatChannel();
    channel.config.autoRead = false;
    const reads: string[] = [];
    channel.pipeline.addFirst({
      read(ctx) {
        reads.push('read');
        ctx.read();
      },
    });
    channel.writeInbound('ping 1');
    expect(reads).toEqual(['read']);
    channel.writeInbound('ping 2', 'hello');
    expect(reads).toEqual(['read']);
    channel.finishAndReleaseAll();
  });
});

describe('round-trip time', () => {
  test('is told by the nonce, also of an answer that comes after the next ping', () => {
    const { channel, heard, heartbeat } = heartbeatChannel();
    channel.elapse(230);
    channel.writeInbound('pong 1');
    expect(Math.round(heartbeat.rtt as number)).toBe(130);
    channel.writeInbound('pong 2');
    expect(Math.round(heartbeat.rtt as number)).toBe(30);
    channel.writeInbound('pong 2', 'pong 77');
    expect(heard.filter((line) => line.includes('pong'))).toEqual([
      '230 pong 130',
      '230 pong 30',
      '230 pong unknown',
      '230 pong unknown',
    ]);
    channel.finishAndReleaseAll();
  });

  test('without a nonce is told when a single ping waits for its answer', () => {
    const { nonceOf: _, ...plain } = codec;
    const { channel, heard } = heartbeatChannel({ codec: plain });
    channel.elapse(120);
    channel.writeInbound('pong');
    channel.elapse(200); // pings at 200 and 300
    channel.writeInbound('pong');
    expect(heard.filter((line) => line.includes('pong'))).toEqual(['120 pong 20', '320 pong unknown']);
    channel.finishAndReleaseAll();
  });
});

describe('a silent peer', () => {
  test('is given up after three pings without an answer, by an event and a close', () => {
    const { channel, heard, sent, causes } = heartbeatChannel();
    channel.elapse(1000);
    expect(sent).toEqual(['100 ping 1', '200 ping 2', '300 ping 3']);
    expect(heard).toEqual([
      '100 ping-sent 0',
      '200 missed 1',
      '200 ping-sent 1',
      '300 missed 2',
      '300 ping-sent 2',
      '400 missed 3',
      '400 dead 3',
      '400 inactive',
    ]);
    expect(causes).toEqual([expect.any(HeartbeatTimeoutException)]);
    expect(causes[0]).toMatchObject({ code: 'ERR_HEARTBEAT_TIMEOUT' });
    expect(causes[0]?.message).toMatch(
      /^No sign of life from \[id: .*\] for 400 ms, and 3 pings had no answer;/,
    );
    expect(channel.attr(CLOSE_REASON).get()).toMatchObject({ kind: 'dead', cause: causes[0] });
    expect(channel.isOpen).toBe(false);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
  });

  test('is given up although the writes to it succeed all the time', () => {
    const { channel, heard, sent } = heartbeatChannel();
    for (let i = 0; i < 50 && channel.isOpen; i++) {
      channel.elapse(10);
      if (channel.isOpen) channel.writeOutbound('business');
    }
    // Asked once, an interval before the limit.
    expect(sent.filter((line) => line.includes('ping'))).toEqual(['300 ping 1']);
    expect(heard.slice(-3)).toEqual(['400 missed 1', '400 dead 1', '400 inactive']);
  });

  test('is given up at the deadline', () => {
    const { channel, heard } = heartbeatChannel({ timeout: 250 });
    channel.elapse(70);
    channel.writeInbound('x');
    channel.elapse(249); // 319
    expect(channel.isOpen).toBe(true);
    channel.elapse(1);
    expect(heard.slice(-2)).toEqual(['320 dead 2', '320 inactive']);
  });

  test('of which nothing was ever heard is given up too, without pings of ours', () => {
    const { channel, heard, sent } = heartbeatChannel({ interval: 0, timeout: 300 });
    channel.elapse(299);
    expect(channel.isOpen).toBe(true);
    channel.elapse(1);
    expect(heard).toEqual(['300 dead 0', '300 inactive']);
    expect(sent).toEqual([]);
  });

  test.each(['pong 1', 'anything'])('is alive again with %s', (message) => {
    const { channel, heartbeat, heard } = heartbeatChannel();
    for (let round = 0; round < 10; round++) {
      // Two pings go unanswered; the third, which goes out now, does not.
      channel.elapse(300);
      channel.writeInbound(message);
      expect(heartbeat.missed).toBe(0);
    }
    expect(channel.isOpen).toBe(true);
    expect(heard.filter((line) => line.includes('missed 3'))).toEqual([]);
    expect(heard.filter((line) => line.includes('missed 2'))).toHaveLength(10);
    channel.finishAndReleaseAll();
  });

  test('of one-way heartbeats is nobody, unless there is a timeout', () => {
    const endless = heartbeatChannel({ oneWay: true });
    endless.channel.elapse(10_000);
    expect(endless.channel.isOpen).toBe(true);
    expect(endless.sent).toHaveLength(100);
    expect(endless.heard.filter((line) => line.includes('missed'))).toEqual([]);
    endless.channel.finishAndReleaseAll();
    const limited = heartbeatChannel({ oneWay: true, timeout: 150 });
    limited.channel.elapse(150);
    expect(limited.heard).toEqual(['100 ping-sent 0', '150 dead 0', '150 inactive']);
  });
});

describe('verdicts', () => {
  test('wait for what has arrived and was not read yet', () => {
    const { channel, heard } = heartbeatChannel({ interval: 0, timeout: 300 });
    // Due at the same time as the deadline, but behind it, as the poll is behind the timers.
    channel.eventLoop.schedule(() => channel.writeInbound('late'), 300);
    channel.elapse(599);
    expect(heard).toEqual(['300 read late']);
    channel.elapse(1);
    expect(heard.slice(1)).toEqual(['600 dead 0', '600 inactive']);
  });

  test('of a missed ping wait in the same way', () => {
    const { channel, heard } = heartbeatChannel({ missed: 1 });
    channel.eventLoop.schedule(() => channel.writeInbound('pong 1'), 200);
    channel.elapse(200);
    expect(heard).toEqual(['100 ping-sent 0', '200 pong 100', '200 ping-sent 0']);
    expect(channel.isOpen).toBe(true);
    channel.finishAndReleaseAll();
  });

  test('are not passed on a stall of this process; who really died is found one time later', () => {
    const { channel, heard, sent } = heartbeatChannel();
    channel.elapse(90);
    channel.advanceTimeBy(3000); // nothing runs
    channel.runPendingTasks();
    expect(channel.isOpen).toBe(true);
    expect(sent).toEqual(['3090 ping 1']);
    channel.elapse(1000);
    // Three pings, each with its full interval.
    expect(heard.slice(-2)).toEqual(['3390 dead 3', '3390 inactive']);
  });

  test('on a ping that waited through a stall begin anew', () => {
    const { channel, heard } = heartbeatChannel({ missed: 1 });
    channel.elapse(100);
    channel.advanceTimeBy(3000);
    channel.runPendingTasks();
    expect(heard).toEqual(['100 ping-sent 0']);
    channel.elapse(99);
    expect(channel.isOpen).toBe(true);
    channel.elapse(1);
    expect(heard.slice(1)).toEqual(['3200 missed 1', '3200 dead 1', '3200 inactive']);
  });

  test('on a server that only listens begin anew after a stall', () => {
    const { channel, heard } = heartbeatChannel({ interval: 0, timeout: 300 });
    channel.elapse(200);
    channel.advanceTimeBy(900);
    channel.runPendingTasks();
    channel.elapse(299);
    expect(heard).toEqual([]);
    channel.elapse(1);
    expect(heard).toEqual(['1400 dead 0', '1400 inactive']);
  });

  test('are not passed while this side does not read', () => {
    const { channel, heard } = heartbeatChannel({ interval: 0, timeout: 300 });
    channel.config.autoRead = false;
    channel.elapse(5000);
    expect(channel.isOpen).toBe(true);
    channel.config.autoRead = true;
    channel.elapse(600);
    expect(heard.slice(-1)).toEqual([expect.stringMatching(/ inactive$/)]);
  });

  test('with reads by hand are passed only while one waits', () => {
    const { channel } = heartbeatChannel({ interval: 0, timeout: 300 });
    channel.config.autoRead = false;
    channel.read();
    channel.writeInbound('x');
    channel.elapse(5000);
    expect(channel.isOpen).toBe(true);
    channel.read();
    channel.elapse(600);
    expect(channel.isOpen).toBe(false);
  });

  test('count a read that was asked for while a message was handled, and only once', () => {
    const channel = new EmbeddedChannel({ register: false });
    channel.freezeTime();
    channel.pipeline.addLast(
      new HeartbeatHandler({ codec, interval: 0, timeout: 300, whileDebugging: true }),
      { channelRead: (ctx, message) => message === 'x' && ctx.read() },
    );
    channel.register();
    channel.config.autoRead = false;
    channel.read();
    channel.writeInbound('x');
    channel.writeInbound('y');
    channel.elapse(5000);
    expect(channel.isOpen).toBe(true);
    channel.read();
    channel.writeInbound('x', 'y');
    channel.elapse(300);
    expect(channel.isOpen).toBe(false);
  });
});

describe('a ping that cannot be written', () => {
  function refusing(options: { retries?: number; times: number }) {
    const made = heartbeatChannel({ missed: 0, ...(options.retries && { retries: options.retries }) });
    let left = options.times;
    made.channel.pipeline.addFirst({
      write(ctx, message, promise) {
        if (left-- > 0) promise.setFailure(new Error('no route'));
        else ctx.write(message, promise);
      },
    });
    return made;
  }

  test('closes the channel', () => {
    const { channel, heard, causes } = refusing({ times: 1 });
    channel.elapse(100);
    expect(heard).toEqual(['100 dead 0', '100 inactive']);
    expect(causes[0]).toBeInstanceOf(HeartbeatWriteException);
    expect(causes[0]).toMatchObject({ code: 'ERR_HEARTBEAT_WRITE', cause: { message: 'no route' } });
    expect(channel.attr(CLOSE_REASON).get()).toMatchObject({ kind: 'error', cause: causes[0] });
  });

  test('is tried again as often as said', () => {
    const { channel, heard, sent } = refusing({ times: 2, retries: 2 });
    channel.elapse(100);
    channel.runPendingTasks();
    expect(sent).toHaveLength(3);
    expect(heard.filter((line) => line.includes('dead'))).toEqual([]);
    channel.finishAndReleaseAll();
  });

  test('as often as said and no more', () => {
    const { channel, sent } = refusing({ times: 3, retries: 2 });
    channel.elapse(100);
    channel.runPendingTasks();
    expect(sent).toHaveLength(3);
    expect(channel.isOpen).toBe(false);
  });

  test('because the channel was closed is no reason of its own', () => {
    const { channel, heard } = heartbeatChannel();
    channel.pipeline.addFirst({
      write(ctx, _message, promise) {
        ctx.close();
        promise.tryFailure(new ClosedChannelException());
      },
    });
    channel.elapse(100);
    expect(heard).toEqual(['100 inactive']);
    expect(channel.hasAttr(CLOSE_REASON)).toBe(false);
  });
});

describe('life', () => {
  test('one timer, which traffic does not touch', () => {
    const { channel } = heartbeatChannel();
    const schedule = jest.spyOn(channel.eventLoop, 'scheduleCoarse');
    for (let i = 0; i < 10_000; i++) {
      channel.writeInbound('x');
      if (i % 10 === 0) channel.writeInbound('ping 1', 'pong 1');
      channel.writeOutbound('y');
    }
    expect(schedule).not.toHaveBeenCalled();
    expect(channel.eventLoop.scheduledTasks).toBe(1);
    channel.finishAndReleaseAll();
  });

  test('ends with the channel, or with its place in the pipeline', () => {
    const first = heartbeatChannel();
    first.channel.close();
    expect(first.channel.eventLoop.scheduledTasks).toBe(0);
    const second = heartbeatChannel();
    second.channel.pipeline.remove(second.heartbeat);
    second.channel.elapse(10_000);
    expect([second.heard, second.sent]).toEqual([[], []]);
    second.channel.finish();
  });

  test('begins when it is added to an active channel', () => {
    const { channel, sent } = heartbeatChannel();
    expect(channel.eventLoop.scheduledTasks).toBe(1);
    channel.elapse(100);
    expect(sent).toEqual(['100 ping 1']);
    channel.finishAndReleaseAll();
  });
});
