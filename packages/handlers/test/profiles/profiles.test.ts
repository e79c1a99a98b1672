import { ConfigException } from '@sluice/core';
import { Backoff, type HeartbeatCodec, type Profile, profiles, textHeartbeat } from '@sluice/handlers';
import { ProfilePair } from './harness.js';

const codec = textHeartbeat();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Name, profile, interval of the client, bounds of both sides. */
const ALL: readonly (readonly [string, () => Profile, number, number, number])[] = [
  ['cim', () => profiles.cim({ userId: 1 }), 10 * SECOND, 30 * SECOND, 30 * SECOND],
  ['dubbo', () => profiles.dubbo(), MINUTE, 3 * MINUTE, 3 * MINUTE],
  ['bolt', () => profiles.bolt(), 15 * SECOND, MINUTE, 90 * SECOND],
  ['flamingo', () => profiles.flamingo(), 5 * SECOND, 15 * SECOND, 30 * SECOND],
  ['seata', () => profiles.seata(), 5 * SECOND, 15 * SECOND, 15 * SECOND],
  ['idleCounter', () => profiles.idleCounter(), 4 * SECOND, 16 * SECOND, 15 * SECOND],
  ['mqtt', () => profiles.mqtt(), 30 * SECOND, 90 * SECOND, 90 * SECOND],
  ['grpc', () => profiles.grpc({ codec }), 6 * MINUTE, 6 * MINUTE + 20 * SECOND, 120 * MINUTE + 20 * SECOND],
];

describe.each(ALL)('profiles.%s', (name, make, interval, client, server) => {
  const step = interval / 60;

  test('has the documented times', () => {
    const profile = make();
    expect(profile.name).toBe(name);
    expect(profile.client.interval).toBe(interval);
    expect(profile.bound).toEqual({
      client,
      server,
      text: `The client gives up a silent server after ${client / 1000} s at most, the server a silent client after ${server / 1000} s at most.`,
    });
  });

  test('stays alive for ten intervals without business', () => {
    const pair = new ProfilePair(make(), step);
    let pings = 0;
    pair.deliver = (to) => {
      if (to === 'server') pings++;
      return true;
    };
    pair.elapse(10 * interval + step);
    expect([pair.client.isOpen, pair.server.isOpen]).toEqual([true, true]);
    expect(pings).toBe(10);
    pair.close();
  });

  test('one lost ping, and one lost answer, evict nobody', () => {
    for (const side of ['server', 'client']) {
      const pair = new ProfilePair(make(), step);
      let lost = 0;
      pair.deliver = (to) => to !== side || ++lost > 1;
      pair.elapse(10 * interval);
      // gRPC closes when a single ping has no answer: it runs over TCP, which loses none.
      const expected = name !== 'grpc';
      expect([side, pair.client.isOpen, pair.server.isOpen]).toEqual([side, expected, true]);
      expect(lost).toBeGreaterThan(0);
      pair.close();
    }
  });

  test('a silent server is left within the bound, whether we write or not', () => {
    for (const writes of [false, true]) {
      const pair = new ProfilePair(make(), step);
      pair.elapse(2.5 * interval);
      pair.deliver = () => false;
      const begun = pair.now;
      while (pair.client.isOpen && pair.now - begun <= client + step) {
        if (writes) pair.client.writeOutbound('business');
        pair.elapse(step);
      }
      expect(pair.why('client')).toBe('dead');
      expect(pair.now - begun).toBeLessThanOrEqual(client + step);
      pair.close();
    }
  });

  test('a silent client is evicted within the bound, whether we write or not', () => {
    for (const writes of [false, true]) {
      const pair = new ProfilePair(make(), step);
      pair.elapse(2.5 * interval);
      pair.deliver = () => false;
      const begun = pair.now;
      while (pair.server.isOpen && pair.now - begun <= server + step) {
        if (writes) pair.server.writeOutbound('business');
        pair.elapse(step);
      }
      expect(pair.why('server')).toBe('dead');
      expect(pair.now - begun).toBeLessThanOrEqual(server + step);
      expect(pair.now - begun).toBeGreaterThan(server - interval - step);
      pair.close();
    }
  });

  test('has delays that a Backoff takes', () => {
    const { backoff = {} } = make().reconnect;
    const longest = new Backoff({ ...backoff, random: () => 0.999999 });
    expect(longest.delay(50)).toBeLessThanOrEqual(backoff.cap as number);
  });
});

test('a client that connects and never says anything is evicted', () => {
  const pair = new ProfilePair(profiles.cim(), 500);
  pair.deliver = () => false;
  expect(pair.closedAfter('server', MINUTE)).toBe(30 * SECOND);
  pair.close();
});

test('bolt counts an answer as missed after a second, and closes an interval after the third', () => {
  const pair = new ProfilePair(profiles.bolt(), 250);
  pair.deliver = () => false;
  expect(pair.closedAfter('client', 2 * MINUTE)).toBe(MINUTE);
  pair.close();
});

test('cim reconnects after 3 to 9 s', () => {
  const delays = [0, 0.5, 0.999999].map((random) =>
    Math.round(new Backoff({ ...profiles.cim().reconnect.backoff, random: () => random }).delay(3)),
  );
  expect(delays).toEqual([3000, 6000, 9000]);
});

describe('options', () => {
  test('scale makes documented times shorter, not those given', () => {
    const { client, server, reconnect, bound } = profiles.bolt({
      scale: 0.01,
      server: { timeout: 777 },
      reconnect: { stableAfter: 5 },
    });
    expect(client).toMatchObject({ interval: 150, ack: 10, missed: 3 });
    expect(server.timeout).toBe(777);
    expect(reconnect).toMatchObject({ connectTimeout: 10, stableAfter: 5, backoff: { base: 10, cap: 12 } });
    expect(bound).toMatchObject({ client: 600, server: 777 });
    expect(profiles.idleCounter({ scale: 0.1 }).server.window).toBe(500);
    expect(profiles.grpc({ codec, scale: 0.1 })).toMatchObject({
      client: { repeat: 2000 },
      strikes: { permit: 30_000, permitWithoutCalls: 30_000, maxStrikes: 2 },
    });
  });

  test('each value may be changed', () => {
    const { client, server } = profiles.dubbo({
      client: { interval: 20_000, timeout: 60_000, log: true },
      server: { timeout: 40_000, respond: false },
    });
    expect(client).toMatchObject({ interval: 20_000, timeout: 60_000, log: true });
    expect(server).toMatchObject({ interval: 0, timeout: 40_000, respond: false });
  });

  test('the codec of each side fits', () => {
    const info = { nonce: 1, time: 0, rtt: undefined, missed: 0, data: undefined };
    const lengthOf = ({ client }: Profile<Buffer>): number | undefined => client.codec.ping?.(info).length;
    expect(lengthOf(profiles.bolt({ protocol: 1 }))).toBe(22);
    expect(lengthOf(profiles.dubbo({ serialization: 23 }))).toBe(21);
    expect(lengthOf(profiles.cim({ userId: 5 }))).toBe(10);
    expect(profiles.flamingo({ compress: true }).client.codec.ping?.(info)[0]).toBe(1);
    const own: HeartbeatCodec<number> = { isPing: () => false, isPong: () => false, ping: () => 1 };
    expect(profiles.idleCounter({ codec: own }).client.codec).toBe(own);
  });

  test('a limit may be off', () => {
    const { bound } = profiles.mqtt({ keepAlive: 0 });
    expect(bound).toEqual({
      client: Infinity,
      server: Infinity,
      text: 'The client gives up a silent server never, the server a silent client never.',
    });
  });

  test('one-way heartbeats: the client learns nothing, the server counts', () => {
    const profile = profiles.idleCounter({ client: { oneWay: true }, server: { respond: false } });
    expect(profile.bound).toMatchObject({ client: Infinity, server: 15_000 });
    const pair = new ProfilePair(profile, 500);
    let answers = 0;
    pair.deliver = (to) => to === 'server' || ++answers < 0;
    pair.elapse(10 * MINUTE);
    expect([pair.client.isOpen, pair.server.isOpen, answers]).toEqual([true, true, 0]);
    pair.close();
  });

  test('mqtt takes the keep alive of CONNECT, in seconds', () => {
    expect(profiles.mqtt({ keepAlive: 10 })).toMatchObject({
      client: { interval: 5000 },
      server: { timeout: 15_000 },
    });
  });
});

describe('what contradicts itself is refused, naming both values', () => {
  test.each<[() => unknown, string]>([
    [
      () => profiles.cim({ client: { interval: 15_001, timeout: 60_000 } }),
      "profiles.cim: the server's limit for silence (30000 ms) must be at least twice the client's interval (15001 ms)",
    ],
    [
      () => profiles.dubbo({ server: { timeout: 119_999 } }),
      "profiles.dubbo: the server's limit for silence (119999 ms) must be at least twice the client's interval (60000 ms)",
    ],
    [
      () => profiles.idleCounter({ server: { missed: 1 } }),
      "profiles.idleCounter: the server's limit for silence (5000 ms) must be at least twice the client's interval (4000 ms)",
    ],
    [
      () => profiles.dubbo({ client: { timeout: 119_999 } }),
      'profiles.dubbo: client: timeout (119999 ms) must be at least twice the interval (60000 ms)',
    ],
    [
      () => profiles.bolt({ client: { ack: 15_001 } }),
      'profiles.bolt: client: ack (15001 ms) must not be longer than repeat (15000 ms',
    ],
    [
      () => profiles.seata({ client: { interval: 0, timeout: 9_999 }, server: { interval: 5_000 } }),
      "profiles.seata: the client's limit for silence (9999 ms) must be at least twice the server's interval (5000 ms)",
    ],
    [
      () => profiles.grpc({ codec, client: { interval: 4 * MINUTE } }),
      "profiles.grpc: the client's interval (240000 ms) must not be below what the server permits (300000 ms",
    ],
    [
      () => profiles.grpc({ codec, strikes: { permitWithoutCalls: 120 * MINUTE } }),
      "profiles.grpc: the client's interval (360000 ms) must not be below what the server permits (7200000 ms",
    ],
    [() => profiles.mqtt({ keepAlive: 65_536 }), 'keep alive: 65536 (expected: 0 to 65535 s)'],
    [() => profiles.flamingo({ scale: 0 }), 'profiles.flamingo: scale: 0 (expected: more than 0)'],
  ])('%s', (make, message) => {
    expect(make).toThrow(ConfigException);
    expect(make).toThrow(message);
  });

  test('twice the interval is enough', () => {
    expect(profiles.dubbo({ server: { timeout: 120_000 } }).bound.server).toBe(120_000);
  });
});
