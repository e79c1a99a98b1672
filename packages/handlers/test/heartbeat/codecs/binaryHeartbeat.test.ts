import { ProtobufVarint32FrameDecoder, ProtobufVarint32LengthFieldPrepender } from '@sluice/codec';
import { binaryHeartbeat, type HeartbeatData, HeartbeatHandler } from '@sluice/handlers';
import { channelOf, describeGolden, hex, written } from './harness.js';

const framing = () => [new ProtobufVarint32FrameDecoder(), new ProtobufVarint32LengthFieldPrepender()];
const codec = binaryHeartbeat();

// Two bytes a beat.
describeGolden('frames with a length', {
  framing,
  client: codec,
  server: codec,
  ping: '01 00',
  pong: '01 01',
  answers: [
    ['05 00 00000007', '05 01 00000007'],
    // Data that nobody asked for is no harm.
    ['06 00 00000007 ab', '05 01 00000007'],
  ],
  business: [
    ['00', Buffer.alloc(0)],
    ['01 02', hex('02')],
    ['03 020001', hex('020001')],
  ],
});

describeGolden('frames with a length, other types and numbers', {
  framing,
  client: binaryHeartbeat({ ping: 0xfe, pong: 0xff, nonce: true }),
  server: binaryHeartbeat({ ping: 0xfe, pong: 0xff }),
  ping: '05 fe 00000001',
  pong: '05 ff 00000001',
  business: [['01 00', hex('00')]],
});

test('carries data in both directions', () => {
  const heard: string[] = [];
  const data = (own: string): HeartbeatData => ({
    outgoing: (kind) => Buffer.from(`${kind} of ${own}`),
    incoming: (bytes, kind) => heard.push(`${own} got ${kind}: ${Buffer.from(bytes).toString()}`),
  });
  const beating = (own: string, interval: number) =>
    channelOf(framing(), { ...codec }, 0, [
      new HeartbeatHandler({ codec, interval, timeout: 0, data: data(own), whileDebugging: true }),
    ]);
  const a = beating('a', 1000);
  const b = beating('b', 0);
  // The first handler of each would take the heartbeats.
  for (const { channel, heartbeat } of [a, b]) channel.pipeline.remove(heartbeat);
  a.channel.elapse(1000);
  const ping = hex(written(a.channel));
  expect(ping.toString('hex')).toBe(`0e0000000001${Buffer.from('ping of a').toString('hex')}`);
  b.channel.writeInbound(ping);
  a.channel.writeInbound(hex(written(b.channel)));
  expect(heard).toEqual(['b got ping: ping of a', 'a got pong: pong of b']);
  a.channel.finishAndReleaseAll();
  b.channel.finishAndReleaseAll();
});

test('data in an answer to a ping without a number has number 0', () => {
  const pong = codec.pong?.(hex('00'), { data: hex('ab') });
  expect(pong).toEqual(hex('0100000000ab'));
});

test.each([{ ping: 1 }, { ping: 256 }, { pong: -1 }, { pong: 1.5 }])('%p is refused', (types) => {
  expect(() => binaryHeartbeat(types)).toThrow('expected:');
});
