import { type WebSocketRole, webSocketFrameDecoder, webSocketHeartbeat } from '@sluice/handlers';
import { channelOf, describeGolden, expectRefused, hex, written } from './harness.js';

/** The key of the examples in RFC 6455, section 5.7. */
const maskingKey = () => hex('37fa213d');
const fromServer = () => [webSocketFrameDecoder('client')];
const fromClient = () => [webSocketFrameDecoder('server')];
const client = webSocketHeartbeat({ role: 'client', maskingKey });
const server = webSocketHeartbeat({ role: 'server' });

// Each direction has bytes of its own: both sides of each of these tests are servers, or clients.
describeGolden('WebSocket, server', {
  framing: fromServer,
  client: server,
  server,
  // As the WebSocket13FrameEncoder of Netty 4.2.2 writes them.
  ping: '89 04 00000001',
  pong: '8a 04 00000001',
  answers: [
    ['89 05 48656c6c6f', '8a 05 48656c6c6f'],
    ['89 00', '8a 00'],
    [`89 7d ${'61'.repeat(125)}`, `8a 7d ${'61'.repeat(125)}`],
  ],
  business: [
    ['81 05 48656c6c6f', hex('810548656c6c6f')],
    [`82 7e 0100 ${'62'.repeat(256)}`, hex(`827e0100${'62'.repeat(256)}`)],
    ['01 03 48656c', hex('010348656c')],
    ['88 02 03e8', hex('880203e8')],
  ],
});

describeGolden('WebSocket, client', {
  framing: fromClient,
  client,
  server: client,
  ping: '89 84 37fa213d 37fa213c',
  pong: '8a 84 37fa213d 37fa213c',
  // RFC 6455, section 5.7: a ping and a masked answer to it.
  answers: [['89 85 37fa213d 7f9f4d5158', '8a 85 37fa213d 7f9f4d5158']],
  business: [['81 85 37fa213d 7f9f4d5158', hex('818537fa213d7f9f4d5158')]],
});

test('a server answers a masked ping without a mask', () => {
  const { channel } = channelOf(fromClient(), server, 0);
  channel.writeInbound(hex('898537fa213d7f9f4d5158'));
  expect(written(channel)).toBe('8a0548656c6c6f');
  channel.finishAndReleaseAll();
});

test('a client masks with a key of its own each time', () => {
  const { channel, heartbeat } = channelOf(fromServer(), webSocketHeartbeat({ role: 'client' }), 0);
  channel.writeInbound(hex('890548656c6c6f'), hex('890548656c6c6f'));
  const pongs = hex(written(channel));
  expect(pongs).toHaveLength(22);
  const unmasked = [pongs.subarray(0, 11), pongs.subarray(11)].map((pong) =>
    Buffer.from(pong.subarray(6).map((byte, i) => byte ^ (pong[2 + (i % 4)] as number))).toString(),
  );
  expect(unmasked).toEqual(['Hello', 'Hello']);
  expect(pongs.subarray(2, 6)).not.toEqual(pongs.subarray(13, 17));
  expect(heartbeat.isHeartbeat(pongs.subarray(0, 11))).toBe(true);
  channel.finishAndReleaseAll();
});

test('a pong that nobody asked for tells no round-trip time', () => {
  const { channel, heartbeat, messages } = channelOf(fromServer(), client, 0);
  channel.writeInbound(hex('8a00'), hex('8a0400000009'));
  expect(heartbeat.rtt).toBeUndefined();
  expect(messages()).toEqual([]);
  channel.finishAndReleaseAll();
});

test.each<[WebSocketRole, string, string]>([
  ['client', 'c1', 'CorruptedFrameException'],
  ['client', '83', 'CorruptedFrameException'],
  ['client', '8b', 'CorruptedFrameException'],
  ['client', '09', 'CorruptedFrameException'],
  ['client', '8984', 'CorruptedFrameException'],
  ['server', '8904', 'CorruptedFrameException'],
  ['client', '897e', 'CorruptedFrameException'],
  ['client', '827e007d', 'CorruptedFrameException'],
  ['client', '827f000000000000ffff', 'CorruptedFrameException'],
  ['client', '827f8000000000010000', 'CorruptedFrameException'],
  ['client', '827f0000000000800000', 'TooLongFrameException'],
])('for a %s %s is refused', (role, bytes, error) => {
  const next = role === 'client' ? '8900' : '898000000000';
  expectRefused(() => [webSocketFrameDecoder(role)], webSocketHeartbeat({ role }), bytes, error, next);
});

test('another role is refused', () => {
  expect(() => webSocketHeartbeat({ role: 'peer' as 'client' })).toThrow("role: 'peer'");
  expect(() => webSocketFrameDecoder('peer' as 'client')).toThrow("role: 'peer'");
});
