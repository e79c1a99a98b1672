import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import { type HeartbeatCodec, type HeartbeatEvent, HeartbeatHandler, isHeartbeat } from '@sluice/handlers';
import { type DecoderExample, RecordingHandler, verifyDecoder } from '@sluice/testing';

export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** What is known of a heartbeat from its real implementation. Bytes in hexadecimal digits, as they are on the wire. */
export interface Golden {
  /** Frame decoder and encoders, new for each call. */
  readonly framing: () => AnyChannelHandler[];
  /** For the side that asks, and for the one that answers. */
  readonly client: HeartbeatCodec;
  readonly server: HeartbeatCodec;
  /** The first ping of a connection, nonce 1. */
  readonly ping: string;
  readonly pong: string;
  /** Further pings of peers and their answers; '' for none. */
  readonly answers?: readonly (readonly [ping: string, pong: string])[];
  /** Bytes that are one business message, and the message. */
  readonly business: readonly (readonly [bytes: string, message: unknown])[];
}

/** A channel with heartbeat, and what handlers behind it see. */
export function channelOf(
  framing: AnyChannelHandler[],
  codec: HeartbeatCodec,
  interval: number,
  handlers: AnyChannelHandler[] = [],
) {
  const channel = new EmbeddedChannel({ register: false, handlers: [] });
  channel.freezeTime();
  const business = new RecordingHandler();
  const heartbeat = new HeartbeatHandler({ codec, interval, missed: 2, whileDebugging: true });
  channel.pipeline.addLast(...framing, heartbeat, ...handlers, business);
  channel.register();
  const messages = (): unknown[] => business.named('channelRead').map(([, message]) => message);
  return { channel, heartbeat, business, messages };
}

export function written(channel: EmbeddedChannel): string {
  const parts: Buffer[] = [];
  for (let part = channel.readOutbound(); part !== null; part = channel.readOutbound())
    parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString('hex');
}

/** The tests that each ready codec has to pass, byte for byte. */
export function describeGolden(name: string, golden: Golden): void {
  const ping = golden.ping.replaceAll(' ', '');
  const pong = golden.pong.replaceAll(' ', '');
  const answers = [[ping, pong] as const, ...(golden.answers ?? [])].map(
    ([asked, answer]) => [asked.replaceAll(' ', ''), answer.replaceAll(' ', '')] as const,
  );

  describe(name, () => {
    test('asks with the bytes that are known, and takes the answer', () => {
      const { channel, heartbeat, business, messages } = channelOf(golden.framing(), golden.client, 1000);
      channel.elapse(1000);
      expect(written(channel)).toBe(ping);
      channel.elapse(30);
      for (const byte of hex(pong)) channel.writeInbound(Buffer.of(byte));
      expect(messages()).toEqual([]);
      expect(business.named('userEventTriggered').map(([, event]) => (event as HeartbeatEvent).type)).toEqual(
        ['ping-sent', 'pong'],
      );
      expect(heartbeat.rtt).toBeCloseTo(30);
      channel.elapse(2500);
      expect(channel.isOpen).toBe(true);
      channel.finishAndReleaseAll();
    });

    test.each(answers)('answers %s', (asked, answer) => {
      for (const size of [1, Infinity]) {
        const { channel, messages } = channelOf(golden.framing(), golden.server, 0);
        const bytes = hex(asked);
        for (let at = 0; at < bytes.length; at += size) channel.writeInbound(bytes.subarray(at, at + size));
        expect(written(channel)).toBe(answer);
        expect(messages()).toEqual([]);
        channel.finishAndReleaseAll();
      }
    });

    test('lets business messages through, and tells them from heartbeats', () => {
      for (const codec of [golden.client, golden.server]) {
        const { channel, messages } = channelOf(golden.framing(), codec, 0);
        for (const [bytes] of golden.business) channel.writeInbound(hex(bytes));
        expect(messages()).toEqual(golden.business.map(([, message]) => message));
        for (const message of messages()) expect(isHeartbeat(channel, message)).toBe(false);
        expect(written(channel)).toBe('');
        channel.finishAndReleaseAll();
      }
    });

    test('is decoded whatever way the bytes arrive', () => {
      const examples: DecoderExample[] = [
        { bytes: hex(ping), messages: [] },
        ...golden.business.map(([bytes, message]) => ({ bytes: hex(bytes), messages: [message] })),
        { bytes: hex(ping), messages: [] },
      ];
      verifyDecoder({
        decoder: () => [
          ...golden.framing(),
          new HeartbeatHandler({ codec: golden.server, interval: 0, respond: false }),
        ],
        examples,
        readsOnDemand: false,
        samples: 20,
      });
    });
  });
}

/** That bytes are refused: one exception, nothing answered, nothing decoded any more. */
export function expectRefused(
  framing: () => AnyChannelHandler[],
  codec: HeartbeatCodec,
  bytes: string,
  error: string,
  next: string,
): void {
  for (const size of [1, Infinity]) {
    const causes: Error[] = [];
    const { channel, messages } = channelOf(framing(), codec, 0, [
      { exceptionCaught: (_ctx, cause) => causes.push(cause) },
    ]);
    const all = hex(bytes);
    for (let at = 0; at < all.length; at += size) channel.writeInbound(all.subarray(at, at + size));
    expect([bytes, causes.map(({ name }) => name)]).toEqual([bytes, [error]]);
    channel.writeInbound(hex(next));
    expect(messages()).toEqual([]);
    expect(written(channel)).toBe('');
    expect(causes).toHaveLength(1);
    channel.finishAndReleaseAll();
  }
}
