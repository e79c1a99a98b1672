import { boltFrameDecoder, boltHeartbeat } from '@sluice/handlers';
import { describeGolden, expectRefused, hex } from './harness.js';

// All bytes with the ids 01020304 and 00000005 were written by RpcCommandEncoder and RpcCommandEncoderV2 of bolt 1.6.11.
const BUSINESS = [
  '0101000101000000050100000bb800030002000000076162636864636f6e74656e74',
  '02010100010100000005010000000bb800030002000000076162636864636f6e74656e74',
  '02020100010100000005010100000bb800030002000000076162636864636f6e74656e7459ec24ef',
  '01000002010000000001000000030000000000026162637879',
  '020100000201000000000100000000030000000000026162637879',
  '0202000002010000000001010000000300000000000261626378798add9f34',
].map((bytes) => [bytes, hex(bytes)] as const);
const V1 = [
  '01010000010102030401ffffffff0000000000000000',
  '0100000001010203040100000000000000000000',
] as const;
const V2 = [
  '020101000001010203040100ffffffff0000000000000000',
  '02010000000101020304010000000000000000000000',
] as const;
const V2_CRC = [
  '020201000001010203040101ffffffff00000000000000000bcfc78a',
  '0202000000010102030401010000000000000000000005064ebc',
] as const;
const framing = () => [boltFrameDecoder()];
const server = boltHeartbeat();

describeGolden('RpcProtocolV2', {
  framing,
  client: server,
  server,
  ping: '02 01 01 0000 01 00000001 01 00 ffffffff 0000 0000 00000000',
  pong: '02 01 00 0000 01 00000001 01 00 0000 0000 0000 00000000',
  // In the protocol of the ping, whatever our own; a serializer that is not hessian is kept.
  answers: [
    V2,
    V1,
    V2_CRC,
    ['020101000001010203040b00ffffffff0000000000000000', '020100000001010203040b0000000000000000000000'],
  ],
  business: BUSINESS,
});

describeGolden('RpcProtocol', {
  framing,
  client: boltHeartbeat({ protocol: 1 }),
  server,
  ping: '01 01 0000 01 00000001 01 ffffffff 0000 0000 00000000',
  pong: '01 00 0000 01 00000001 01 0000 0000 0000 00000000',
  business: BUSINESS,
});

test('a ping takes 24 bytes, 22 in protocol 1, 28 with a checksum, and is that of bolt', () => {
  const info = { nonce: 0x01020304, time: 0, rtt: undefined, missed: 0, data: undefined };
  const pings = [boltHeartbeat(), boltHeartbeat({ protocol: 1 }), boltHeartbeat({ crc: true })].map((codec) =>
    codec.ping?.(info).toString('hex'),
  );
  expect(pings).toEqual([V2[0], V1[0], V2_CRC[0]]);
});

test.each([
  ['00', 'CorruptedFrameException'],
  ['03', 'CorruptedFrameException'],
  ['0103', 'CorruptedFrameException'],
  ['020103', 'CorruptedFrameException'],
  ['0101000001000000010100000000 ffff 0000 00000000', 'CorruptedFrameException'],
  ['0101000001000000010100000000 0000 8000 00000000', 'CorruptedFrameException'],
  ['0101000001000000010100000000 0000 0000 ffffffff', 'CorruptedFrameException'],
  ['0101000001000000010100000000 0000 0000 00800000', 'TooLongFrameException'],
  ['02010100000100000001010000000000 0000 0000 7fffffff', 'TooLongFrameException'],
])('%s is refused', (bytes, error) => {
  expectRefused(framing, server, bytes, error, V2[0]);
});

test('a checksum in protocol 1, and another protocol, are refused', () => {
  expect(() => boltHeartbeat({ protocol: 1, crc: true })).toThrow('protocol 1 has no checksum');
  expect(() => boltHeartbeat({ protocol: 3 as 2 })).toThrow('protocol: 3 (expected: 1, 2)');
});
