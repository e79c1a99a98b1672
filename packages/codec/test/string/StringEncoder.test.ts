import { EmbeddedChannel } from '@sluice/core';
import { EncoderException } from '../../src/errors.js';
import { StringEncoder } from '../../src/string/StringEncoder.js';
import { bytes } from '../support/decoding.js';
import { Writes } from '../support/Writes.js';

test('each text becomes bytes, others pass', () => {
  const writes = new Writes(new StringEncoder());
  expect(writes.write('a€')).toEqual({ out: [bytes('a<e282ac>')], cause: null });
  expect(writes.write(5)).toEqual({ out: [5], cause: null });
  expect(new Writes(new StringEncoder({ charset: 'latin1' })).write('é').out).toEqual([Buffer.of(0xe9)]);
});

test('an empty text fails its write, as in Netty', () => {
  const { out, cause } = new Writes(new StringEncoder()).write('');
  expect(out).toEqual([]);
  expect(cause).toBeInstanceOf(EncoderException);
  expect(cause?.message).toMatch(/^StringEncoder must produce at least one message\./);
});

test('may be shared', () => {
  const encoder = new StringEncoder();
  for (const channel of [new EmbeddedChannel(encoder), new EmbeddedChannel(encoder)]) {
    channel.writeOutbound('a');
    expect(channel.outboundMessages).toEqual([Buffer.from('a')]);
  }
});
