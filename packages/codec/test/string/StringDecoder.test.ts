import { ByteBuf, EmbeddedChannel } from '@sluice/core';
import { StringDecoder } from '../../src/string/StringDecoder.js';
import { bytes } from '../support/decoding.js';

test('each message of bytes becomes a text, others pass', () => {
  const channel = new EmbeddedChannel(new StringDecoder());
  channel.writeInbound(
    bytes('a<e282ac>'),
    Uint8Array.of(0x62),
    ByteBuf.from('xc').skipBytes(1),
    Buffer.alloc(0),
    5,
  );
  expect(channel.inboundMessages).toEqual(['a€', 'b', 'c', '', 5]);
});

test('a charset of its own', () => {
  const channel = new EmbeddedChannel(new StringDecoder({ charset: 'UTF-16BE' }));
  channel.writeInbound(bytes('<0061>'));
  expect(channel.inboundMessages).toEqual(['a']);
  expect(() => new StringDecoder({ charset: 'none' as never })).toThrow(/Unknown charset/);
});

test('may be shared', () => {
  const decoder = new StringDecoder();
  for (const channel of [new EmbeddedChannel(decoder), new EmbeddedChannel(decoder)]) {
    channel.writeInbound(bytes('a'));
    expect(channel.inboundMessages).toEqual(['a']);
  }
});
