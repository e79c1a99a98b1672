import { type AnyChannelHandler, ByteBuf } from '@sluice/core';
import { verifyCodec } from '@sluice/testing';

/** Numbers below 100 as two digits; the decoder takes two digits at a time. */
function twoDigits(broken: { encoder?: boolean; decoder?: boolean } = {}): AnyChannelHandler {
  let held = '';
  return {
    write(ctx, message: number, promise) {
      if (!(message < 100)) throw new RangeError('too large');
      const digits = String(message);
      const padded = broken.encoder ? digits : digits.padStart(2, '0');
      ctx.write(message % 2 === 0 ? Buffer.from(padded) : ByteBuf.wrap(Buffer.from(padded)), promise);
    },
    channelRead(ctx, chunk: Uint8Array | ByteBuf) {
      const text = Buffer.from(ByteBuf.isByteBuf(chunk) ? chunk.toBuffer() : chunk).toString();
      held = broken.decoder ? text : held + text;
      if (held.length < 2) ctx.read();
      for (; held.length >= 2; held = held.slice(2)) ctx.fireChannelRead(Number(held.slice(0, 2)));
    },
  };
}

test('what is encoded comes back, however it is cut', () => {
  verifyCodec({ codec: () => twoDigits(), messages: [1, 22, 0, 99] });
  verifyCodec({ codec: () => [twoDigits()], messages: [1] });
});

test('a decoder or an encoder that is wrong is found', () => {
  expect(() => verifyCodec({ codec: () => twoDigits({ decoder: true }), messages: [12] })).toThrow(
    /^under-production/,
  );
  expect(() => verifyCodec({ codec: () => twoDigits({ encoder: true }), messages: [7, 12] })).toThrow(
    /^wrong-production: message 1 of 2/,
  );
});

test('what the encoder throws comes out; what it makes must be bytes', () => {
  expect(() => verifyCodec({ codec: () => twoDigits(), messages: [100] })).toThrow('too large');
  expect(() => verifyCodec({ codec: () => [], messages: [5] })).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringMatching(/^The codec must encode to bytes, but 5 came out/),
    }),
  );
});
