import { CLOSE_REASON, type HeartbeatOptions } from '@sluice/handlers';
import { codec, heartbeatChannel } from './harness.js';

/** When a peer that never says a word is given up, and how often it was asked. Business is written each 7 ms or not at all. */
function silence(options: Partial<HeartbeatOptions<string>>, writes = false) {
  const { channel, heard, sent } = heartbeatChannel(options);
  for (let time = 0; time < 2000 && channel.isOpen; time += 7) {
    if (writes) channel.writeOutbound('business');
    channel.elapse(7);
  }
  return {
    dead: Number(heard.find((line) => line.includes('dead'))?.split(' ')[0]),
    missed: heard.filter((line) => line.includes('missed')).map((line) => Number(line.split(' ')[0])),
    pings: sent.filter((line) => line.includes('ping')).map((line) => Number(line.split(' ')[0])),
  };
}

describe('a silent peer is given up', () => {
  test('by missed pings: N·R after the first', () => {
    expect(silence({ missed: 3 })).toEqual({ dead: 400, missed: [200, 300, 400], pings: [100, 200, 300] });
  });

  test('by missed pings while business is written: at I + N·R, asked once', () => {
    expect(silence({ missed: 3 }, true)).toEqual({ dead: 400, missed: [400], pings: [300] });
  });

  test('by pings that are repeated faster, as TCP keepalive does', () => {
    const expected = { dead: 160, missed: [120, 140, 160], pings: [100, 120, 140] };
    expect(silence({ missed: 3, repeat: 20 })).toEqual(expected);
    expect(silence({ missed: 3, repeat: 20 }, true).dead).toBe(160);
  });

  test('by acks: counted after A, given up at (N + 1)·I', () => {
    const expected = { dead: 400, missed: [110, 210, 310], pings: [100, 200, 300] };
    expect(silence({ missed: 3, ack: 10 })).toEqual(expected);
  });

  test('by the time that was waited in vain: with the wait that goes beyond the budget', () => {
    const expected = { dead: 310, missed: [110, 210, 310], pings: [100, 200, 300] };
    expect(silence({ budget: 25, ack: 10 })).toEqual(expected);
    expect(silence({ budget: 20, ack: 10 })).toEqual(expected);
    expect(silence({ budget: 19, ack: 10 }).dead).toBe(210);
    expect(silence({ budget: 250 }).dead).toBe(400);
  });

  test('by the budget while business is written: at I + k·R', () => {
    expect(silence({ budget: 25, ack: 10 }, true)).toEqual({ dead: 400, missed: [310], pings: [300] });
  });

  test('by windows of silence: at N·W', () => {
    const expected = { dead: 300, missed: [100, 200, 300], pings: [] };
    expect(silence({ interval: 0, window: 100, missed: 3 })).toEqual(expected);
    expect(silence({ interval: 0, window: 100, missed: 3 }, true)).toEqual(expected);
    expect(silence({ oneWay: true, interval: 500, window: 100, missed: 3 })).toEqual(expected);
  });

  test('by the last read: at D', () => {
    expect(silence({ interval: 0, timeout: 123 })).toEqual({ dead: 123, missed: [], pings: [] });
    expect(silence({ timeout: 250 }).dead).toBe(250);
    expect(silence({ timeout: 250 }, true)).toEqual({ dead: 250, missed: [250], pings: [150] });
  });

  test('by a detector: at its limit', () => {
    const detector = () => ({ limit: 170, heartbeat: () => {} });
    expect(silence({ interval: 0, detector })).toEqual({ dead: 170, missed: [], pings: [] });
    expect(silence({ detector }).dead).toBe(170);
    expect(silence({ detector }, true)).toEqual({ dead: 170, missed: [], pings: [100] });
    const hasty = () => ({ limit: 40, heartbeat: () => {} });
    expect(silence({ detector: hasty })).toEqual({ dead: 40, missed: [], pings: [20] });
  });

  test('by whichever limit is first', () => {
    expect(silence({ missed: 3, timeout: 220 }).dead).toBe(220);
    expect(silence({ missed: 1, timeout: 500 }).dead).toBe(200);
    expect(silence({ missed: 3, ack: 10, budget: 15 }).dead).toBe(210);
  });
});

test('a peer that was asked late, because our timer was, has half a repeat to answer', () => {
  const { channel, sent } = heartbeatChannel({ timeout: 250 });
  for (let i = 0; i < 29; i++) {
    channel.elapse(5);
    channel.writeOutbound('business');
  }
  channel.advanceTimeBy(65); // 210, where 150 was meant
  channel.runPendingTasks();
  expect(sent.at(-1)).toBe('210 ping 1');
  channel.elapse(49);
  expect(channel.isOpen).toBe(true);
  channel.elapse(1);
  expect(channel.isOpen).toBe(false);
});

describe('anything that arrives', () => {
  test.each<[string, Partial<HeartbeatOptions<string>>, number]>([
    ['missed pings', { missed: 3 }, 399],
    ['acks', { missed: 3, ack: 10 }, 399],
    ['the budget', { budget: 25, ack: 10 }, 309],
    ['windows', { interval: 0, window: 100, missed: 3 }, 299],
    ['the deadline', { interval: 0, timeout: 300 }, 299],
  ])('resets %s', (_name, options, last) => {
    const { channel, heartbeat } = heartbeatChannel(options);
    const bound = last + 1;
    for (let round = 0; round < 5; round++) {
      channel.elapse(last);
      expect(channel.isOpen).toBe(true);
      channel.writeOutbound('so that the clock of writes begins here too');
      channel.writeInbound('anything');
      expect(heartbeat.missed).toBe(0);
    }
    channel.elapse(last);
    expect(channel.isOpen).toBe(true);
    channel.elapse(bound - last);
    expect(channel.isOpen).toBe(false);
    expect(channel.attr(CLOSE_REASON).get()?.kind).toBe('dead');
  });

  test('two lost answers and one that comes, for ever', () => {
    const { channel, heard } = heartbeatChannel({ missed: 3, ack: 10 });
    channel.elapse(5);
    for (let round = 0; round < 20; round++) {
      channel.elapse(300);
      channel.writeInbound('pong');
    }
    expect(heard.filter((line) => line.includes('missed 2'))).toHaveLength(20);
    expect(channel.isOpen).toBe(true);
    channel.finishAndReleaseAll();
  });
});

describe('a ping that cannot be written', () => {
  test.each<[string, Partial<HeartbeatOptions<string>>, number]>([
    ['an ack', { missed: 3, ack: 10 }, 400],
    ['a budget', { budget: 25, ack: 10 }, 300],
    ['an ack and retries', { missed: 3, ack: 10, retries: 2 }, 400],
  ])('is one that was missed, with %s', (_name, options, dead) => {
    const { channel, heard, sent } = heartbeatChannel(options);
    channel.pipeline.addFirst({
      write: (_ctx, _message, promise) => promise.setFailure(new Error('refused')),
    });
    for (let i = 0; i < 50 && channel.isOpen; i++) channel.elapse(10);
    expect(heard.filter((line) => /missed|dead/.test(line))).toEqual([
      '100 missed 1',
      '200 missed 2',
      '300 missed 3',
      `${dead} dead 3`,
    ]);
    expect(sent).toHaveLength(3 * (1 + (options.retries ?? 0)));
    expect(channel.attr(CLOSE_REASON).get()?.kind).toBe('dead');
  });
});

describe('an ack by round-trip time', () => {
  test('waits as long as answers take, and the whole interval before any came', () => {
    const { channel, heard, heartbeat } = heartbeatChannel({
      interval: 1000,
      ack: 'rtt',
      ackFloor: 10,
      missed: 5,
    });
    channel.elapse(1100); // a ping at 1000
    expect(heard).toEqual(['1000 ping-sent 0']);
    channel.writeInbound('pong 1');
    expect(
      [heartbeat.rtt, heartbeat.smoothedRtt, heartbeat.jitter].map((ms) => Math.round(ms ?? -1)),
    ).toEqual([100, 100, 50]);
    heard.length = 0;
    channel.elapse(1300); // a ping at 2000: 100 + 4 * 50
    expect(heard).toEqual(['2000 ping-sent 0', '2300 missed 1']);
    channel.finishAndReleaseAll();
  });

  test('waits no less than its floor', () => {
    const { channel, heard } = heartbeatChannel({ interval: 5000, ack: 'rtt' });
    channel.elapse(5001);
    channel.writeInbound('pong 1');
    heard.length = 0;
    channel.elapse(6100);
    expect(heard).toEqual(['10000 ping-sent 0', '11000 missed 1']);
    channel.finishAndReleaseAll();
  });
});

describe('a detector', () => {
  test('is told the silences between heartbeats, and no others', () => {
    const told: number[] = [];
    const detector = () => ({ limit: 1000, heartbeat: (ms: number) => told.push(Math.round(ms)) });
    const { channel } = heartbeatChannel({ interval: 0, detector });
    const hear = (after: number, message: string) => {
      channel.elapse(after);
      channel.writeInbound(message);
    };
    hear(50, 'ping 1');
    hear(100, 'ping 2');
    hear(90, 'pong 7');
    hear(20, 'business');
    hear(70, 'ping 3');
    hear(110, 'ping 4');
    expect(told).toEqual([100, 90, 110]);
    channel.advanceTimeBy(5000); // this process stands still
    channel.runPendingTasks();
    hear(10, 'ping 5');
    hear(100, 'ping 6');
    expect(told.slice(3)).toEqual([100]);
    channel.finishAndReleaseAll();
  });

  test('that becomes stricter brings the deadline forward', () => {
    let limit = 1000;
    const detector = () => ({
      get limit() {
        return limit;
      },
      heartbeat() {
        limit = 150;
      },
    });
    const { channel, heard } = heartbeatChannel({ interval: 0, detector });
    channel.elapse(100);
    channel.writeInbound('ping 1');
    channel.elapse(100);
    channel.writeInbound('ping 2');
    channel.elapse(150);
    expect(heard).toEqual(['350 dead 0', '350 inactive']);
  });
});

test('codecs without a nonce keep the counters too', () => {
  const { nonceOf: _, ...plain } = codec;
  const { channel } = heartbeatChannel({ codec: plain, missed: 2 });
  for (let i = 0; i < 20; i++) {
    channel.elapse(150);
    channel.writeInbound('pong');
  }
  expect(channel.isOpen).toBe(true);
  channel.finishAndReleaseAll();
});
