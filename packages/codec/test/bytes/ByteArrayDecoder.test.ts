import { ByteBuf, EmbeddedChannel } from '@sluice/core';
import { ByteArrayDecoder } from '../../src/bytes/ByteArrayDecoder.js';

test('bytes of any kind become a plain Uint8Array with memory of its own', () => {
  const channel = new EmbeddedChannel(new ByteArrayDecoder());
  const chunk = Buffer.from('abc');
  channel.writeInbound(chunk, ByteBuf.from('xd').skipBytes(1), Buffer.alloc(0));
  chunk.fill(0);
  const messages = channel.inboundMessages as Uint8Array[];
  expect(messages.map((message) => [Buffer.isBuffer(message), String.fromCharCode(...message)])).toEqual([
    [false, 'abc'],
    [false, 'd'],
    [false, ''],
  ]);
  expect(messages[0]?.buffer.byteLength).toBe(3);
});

test('passes others, and may be shared', () => {
  const decoder = new ByteArrayDecoder();
  const channel = new EmbeddedChannel(decoder);
  channel.writeInbound('text');
  expect([channel.readInbound(), decoder.isSharable]).toEqual(['text', true]);
});
