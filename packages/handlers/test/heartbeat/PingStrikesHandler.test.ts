import { EmbeddedChannel } from '@sluice/core';
import {
  CLOSE_REASON,
  PingStrikesHandler,
  type PingStrikesOptions,
  TooManyPingsException,
} from '@sluice/handlers';
import { codec } from './harness.js';

function server(options: Partial<PingStrikesOptions<string>> = {}) {
  const strikes = new PingStrikesHandler<string>({ codec, permit: 1000, ...options });
  const channel = new EmbeddedChannel(strikes);
  channel.freezeTime();
  const ping = (after: number) => {
    channel.elapse(after);
    channel.writeInbound('ping 1');
  };
  return { channel, strikes, ping };
}

test('pings that keep to the permitted time pass', () => {
  const { channel, strikes, ping } = server();
  for (let i = 0; i < 20; i++) ping(1000);
  expect(strikes.strikes).toBe(0);
  expect(channel.inboundMessages).toHaveLength(20);
  channel.finishAndReleaseAll();
});

test('two that come too soon are struck, the third closes', () => {
  const { channel, strikes, ping } = server();
  ping(0);
  ping(999);
  ping(1000);
  ping(10);
  expect(strikes.strikes).toBe(2);
  expect(channel.isOpen).toBe(true);
  ping(10);
  expect(channel.isOpen).toBe(false);
  const reason = channel.attr(CLOSE_REASON).get();
  expect(reason?.kind).toBe('protocol');
  expect(reason?.cause).toBeInstanceOf(TooManyPingsException);
  expect(reason?.cause?.message).toMatch(
    /^3 pings of \[id: .*permitted \(1000 ms, 7200000 ms without calls\)/,
  );
  // The ping that was too many reaches nobody.
  expect(channel.inboundMessages).toHaveLength(4);
});

test('are forgotten when the server sends something, and the next ping is free', () => {
  const { channel, strikes, ping } = server();
  for (let i = 0; i < 10; i++) {
    ping(10);
    ping(10);
    ping(10);
    expect(strikes.strikes).toBe(2);
    channel.writeOutbound('business');
    expect(strikes.strikes).toBe(0);
  }
  channel.finishAndReleaseAll();
});

test('are not forgotten for pongs', () => {
  const { channel, strikes, ping } = server();
  ping(0);
  ping(1);
  channel.writeOutbound('pong 1', 'ping 1');
  expect(strikes.strikes).toBe(1);
  channel.finishAndReleaseAll();
});

test('come sooner while there are no calls', () => {
  let calls = false;
  const { channel, strikes, ping } = server({ permitWithoutCalls: 5000, hasCalls: () => calls });
  ping(0);
  ping(2000);
  expect(strikes.strikes).toBe(1);
  ping(5000);
  expect(strikes.strikes).toBe(1);
  calls = true;
  ping(2000);
  expect(strikes.strikes).toBe(1);
  channel.finishAndReleaseAll();
});

test('the client is told before the close, and what else it sent is dropped', () => {
  const { channel } = server({ maxStrikes: 0, goAway: () => 'too_many_pings' });
  channel.writeInbound('ping 1', 'ping 2', 'ping 3', 'business');
  expect(channel.outboundMessages).toEqual(['too_many_pings']);
  expect(channel.inboundMessages).toEqual(['ping 1']);
  expect(channel.isOpen).toBe(false);
});

test('by default five minutes are permitted', () => {
  const { channel, strikes, ping } = server({ permit: undefined as never });
  ping(0);
  ping(5 * 60_000);
  expect(strikes.strikes).toBe(0);
  ping(5 * 60_000 - 1);
  expect(strikes.strikes).toBe(1);
  channel.finishAndReleaseAll();
});

test('a count that makes no sense is refused', () => {
  expect(() => new PingStrikesHandler({ codec, maxStrikes: -1 })).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG' }),
  );
});
