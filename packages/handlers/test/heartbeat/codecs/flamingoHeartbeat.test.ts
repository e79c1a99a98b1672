import { deflateSync } from 'node:zlib';
import { flamingoFrameDecoder, flamingoHeartbeat } from '@sluice/handlers';
import { channelOf, describeGolden, expectRefused, hex, written } from './harness.js';

const RESERVED = '00'.repeat(16);
const HEADER = `00 0f000000 00000000 ${RESERVED}`;
const BEAT = `${HEADER} 0000000f 0000 000003e8 00000000 00`;
const LOGIN = `00 12000000 00000000 ${RESERVED} 00000012 0000 000003ea 00000001 03 616263`;
const framing = () => [flamingoFrameDecoder()];
const server = flamingoHeartbeat({ role: 'server' });

/** A frame with a compressed body. */
function compressed(body: Buffer): string {
  const deflated = deflateSync(body);
  const frame = Buffer.alloc(25 + deflated.length);
  frame[0] = 1;
  frame.writeInt32LE(body.length, 1);
  frame.writeInt32LE(deflated.length, 5);
  frame.set(deflated, 25);
  return frame.toString('hex');
}

const COMPRESSED_LOGIN = compressed(hex('00000012 0000 000003ea 00000001 03 616263'));
/** Begins as a heartbeat does, but is not looked into. */
const COMPRESSED_LARGE = compressed(
  Buffer.concat([hex('0000000f 0000 000003e8 00000000 00'), Buffer.alloc(100_000)]),
);
/** Says 15 bytes, and is 100000. */
const BOMB = COMPRESSED_LARGE.replace('af860100', '0f000000');

describeGolden('flamingo', {
  framing,
  client: flamingoHeartbeat({ role: 'client' }),
  server,
  ping: BEAT,
  pong: BEAT,
  answers: [
    // The checksum is garbage; the sequence number comes back.
    [`${HEADER} 0000000f cafe 000003e8 00000007 00`, `${HEADER} 0000000f 0000 000003e8 00000007 00`],
    // Or a text, which nobody sends.
    [
      `00 4f000000 00000000 ${RESERVED} 0000004f 0000 000003e8 00000007 40 ${'61'.repeat(64)}`,
      `${HEADER} 0000000f 0000 000003e8 00000007 00`,
    ],
    [compressed(hex('0000000f 0000 000003e8 00000007 00')), `${HEADER} 0000000f 0000 000003e8 00000007 00`],
  ],
  business: [LOGIN, COMPRESSED_LOGIN, COMPRESSED_LARGE, BOMB].map((bytes) => [bytes, hex(bytes)] as const),
});

test('compresses when told to, and understands itself', () => {
  const client = channelOf(framing(), flamingoHeartbeat({ role: 'client', compress: true }), 1000);
  client.channel.elapse(1000);
  const ping = written(client.channel);
  expect(ping).toBe(compressed(hex('0000000f 0000 000003e8 00000000 00')));
  const answering = channelOf(framing(), flamingoHeartbeat({ role: 'server', compress: true }), 0);
  answering.channel.writeInbound(hex(ping));
  expect(written(answering.channel)).toBe(ping);
  client.channel.writeInbound(hex(ping));
  expect(client.heartbeat.rtt).toBe(0);
  client.channel.finishAndReleaseAll();
  answering.channel.finishAndReleaseAll();
});

test.each([
  ['02', 'CorruptedFrameException'],
  [`00 00000000 00000000 ${RESERVED}`, 'CorruptedFrameException'],
  [`00 ffffffff 00000000 ${RESERVED}`, 'CorruptedFrameException'],
  [`00 0100a000 00000000 ${RESERVED}`, 'CorruptedFrameException'],
  [`00 ffffff7f 00000000 ${RESERVED}`, 'CorruptedFrameException'],
  [`01 0f000000 00000000 ${RESERVED}`, 'CorruptedFrameException'],
  [`01 0100a000 10000000 ${RESERVED}`, 'CorruptedFrameException'],
  [`01 0f000000 0100a000 ${RESERVED}`, 'TooLongFrameException'],
])('%s is refused', (bytes, error) => {
  expectRefused(framing, server, bytes, error, BEAT);
});

test('another role is refused', () => {
  expect(() => flamingoHeartbeat({ role: 'peer' as 'client' })).toThrow("role: 'peer'");
});
