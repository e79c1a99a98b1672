import { dubboFrameDecoder, dubboHeartbeat } from '@sluice/handlers';
import { channelOf, describeGolden, expectRefused, hex, written } from './harness.js';

// All bytes with the id 0102030405060708 were written by the ExchangeCodec of Dubbo 3.3.6.
const READ_ONLY = 'dabb a2 00 0000000000000001 00000002 0152';
const CALL = 'dabb c2 00 0000000000000007 00000003 05312e';
const framing = () => [dubboFrameDecoder()];
const codec = dubboHeartbeat();

describeGolden('hessian2', {
  framing,
  client: codec,
  server: codec,
  ping: 'dabb e2 00 0000000000000001 00000001 4e',
  pong: 'dabb 22 14 0000000000000001 00000001 4e',
  answers: [
    ['dabbe2000102030405060708000000014e', 'dabb22140102030405060708000000014e'],
    // Ids begin anywhere, and wrap to negative.
    ['dabbe200ffffffffffffffff000000014e', 'dabb2214ffffffffffffffff000000014e'],
    // The serialization is the peer's.
    ['dabbf70001020304050607080000000500000001af', 'dabb371401020304050607080000000500000001af'],
    // One-way.
    ['dabba2000102030405060708000000014e', ''],
  ],
  business: [
    [READ_ONLY, hex(READ_ONLY)],
    [CALL, hex(CALL)],
    // An event of a serialization whose null is not known; a call and an event with an empty body.
    ['dabb e8 00 0000000000000001 00000001 4e', hex('dabbe8000000000000000001000000014e')],
    ['dabb c2 00 0000000000000001 00000001 4e', hex('dabbc2000000000000000001000000014e')],
    ['dabb e2 00 0000000000000001 00000000', hex('dabbe200000000000000000100000000')],
  ],
});

describeGolden('fastjson2', {
  framing,
  client: dubboHeartbeat({ serialization: 23 }),
  server: codec,
  ping: 'dabb f7 00 0000000000000001 00000005 00000001af',
  pong: 'dabb 37 14 0000000000000001 00000005 00000001af',
  business: [[CALL, hex(CALL)]],
});

test('a ping takes 17 bytes', () => {
  const ping = codec.ping?.({ nonce: 2 ** 33 + 5, time: 0, rtt: undefined, missed: 0, data: undefined });
  expect(ping).toHaveLength(17);
  expect(codec.nonceOf?.(ping as Buffer)).toBe(2 ** 33 + 5);
});

test.each([
  ['00', 'CorruptedFrameException'],
  ['dabc', 'CorruptedFrameException'],
  ['dabb e2 00 0000000000000001 ffffffff', 'CorruptedFrameException'],
  ['dabb e2 00 0000000000000001 00800001', 'TooLongFrameException'],
  ['dabb e2 00 0000000000000001 7fffffff', 'TooLongFrameException'],
])('%s is refused', (bytes, error) => {
  expectRefused(framing, codec, bytes, error, 'dabbe2000102030405060708000000014e');
});

test('the limit is for the body', () => {
  const limited = () => [dubboFrameDecoder(1)];
  const { channel } = channelOf(limited(), codec, 0);
  channel.writeInbound(hex('dabbe2000000000000000001000000014e'));
  expect(written(channel)).toBe('dabb22140000000000000001000000014e');
  channel.finishAndReleaseAll();
  expectRefused(limited, codec, 'dabbe200000000000000000100000002', 'TooLongFrameException', '4e4e');
  expect(() => dubboFrameDecoder(Number.NaN)).toThrow(RangeError);
});

test('an unknown serialization is refused', () => {
  expect(() => dubboHeartbeat({ serialization: 3 })).toThrow('serialization: 3 (expected: 2, 23)');
});
