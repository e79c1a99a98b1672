import { Buffer } from 'node:buffer';
import { Base64Decoder, Base64Dialect, Base64Encoder, StringDecoder, StringEncoder } from '@sluice/codec';
import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import { type Target, Violation } from '../Target.js';

/** What a decoder makes of one message; the code of its error instead. */
function decode(handler: AnyChannelHandler, message: Uint8Array): unknown {
  let code: string | undefined;
  const channel = new EmbeddedChannel(handler, {
    exceptionCaught: (_ctx, cause) => void (code = (cause as unknown as { code: string }).code),
  });
  channel.writeInbound(message);
  channel.close();
  if (code !== undefined && code !== 'ERR_DECODER') throw new Violation(`error ${code}`);
  if (channel.inboundMessages.length !== (code === undefined ? 1 : 0)) {
    throw new Violation(`${channel.inboundMessages.length} messages of one, and error ${code}`);
  }
  return channel.inboundMessages[0] ?? code;
}

function encode(handler: AnyChannelHandler, message: unknown): Buffer {
  const channel = new EmbeddedChannel(handler);
  channel.writeOutbound(message);
  return channel.outboundMessages[0] as Buffer;
}

const DIALECTS = ['STANDARD', 'URL_SAFE', 'ORDERED'] as const;

/** Base64: what is decoded and encoded again stands for the same bytes; Node's own decoder agrees on plain text. */
const base64: Target = {
  dictionary: ['=', '==', '+/', '-_', '\n', ' ', 'AAAA', '\xff', 'zz=='],
  seeds: ['\0aGVsbG8=', '\x01aGVs\nbG8', '\x02----', '\0AA==BB=='].map((text) => Buffer.from(text, 'latin1')),
  run(input) {
    const name = DIALECTS[(input[0] ?? 0) % 3] as (typeof DIALECTS)[number];
    const dialect = Base64Dialect[name];
    const text = Buffer.from(input.subarray(1));
    const bytes = decode(new Base64Decoder({ dialect }), text);
    if (typeof bytes === 'string') return [bytes, `${bytes} ${Math.ceil(Math.log2(text.length + 1))}`];
    const again = decode(new Base64Decoder({ dialect }), encode(new Base64Encoder({ dialect }), bytes));
    if (!(again as Buffer).equals(bytes as Buffer)) throw new Violation('not the same when encoded again');
    if ((bytes as Buffer).length > (text.length * 3) / 4 + 3)
      throw new Violation('more bytes than digits give');
    const plain = text.toString('latin1');
    const isPlain = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(plain);
    if (name === 'STANDARD' && isPlain && !Buffer.from(plain, 'base64').equals(bytes as Buffer)) {
      throw new Violation('Node decodes it in another way');
    }
    return [`${name} ${Math.ceil(Math.log2((bytes as Buffer).length + 1))} ${isPlain}`];
  },
};

const CHARSETS = ['UTF-8', 'UTF-16', 'UTF-16LE', 'UTF-16BE', 'ISO-8859-1', 'US-ASCII'] as const;

/** Charsets: any bytes are some text, well-formed, that survives being encoded where that is possible. */
const charset: Target = {
  dictionary: [
    '\xff\xfe',
    '\xfe\xff',
    '\xd8\0',
    '\xdc\0',
    '\0\xd8',
    '\0\xdc',
    '\xed\xa0\x80',
    '\xf0\x9f\x98\x80',
    '\xc3',
  ],
  seeds: ['\0text', '\x01\xfe\xff\0a', '\x02a\0\0\xd8', '\x03\xd8\x3d\xde\x00', '\x04\xe4'].map((text) =>
    Buffer.from(text, 'latin1'),
  ),
  run(input) {
    const name = CHARSETS[(input[0] ?? 0) % CHARSETS.length] as (typeof CHARSETS)[number];
    const bytes = Buffer.from(input.subarray(1));
    const text = decode(new StringDecoder({ charset: name }), bytes) as string;
    if (typeof text !== 'string') throw new Violation('no text');
    if (text !== Buffer.from(text, 'utf8').toString('utf8')) throw new Violation('half of a character in it');
    const canExpress = name !== 'US-ASCII' || bytes.every((byte) => byte < 0x80);
    if (text !== '' && canExpress) {
      const again = decode(
        new StringDecoder({ charset: name }),
        encode(new StringEncoder({ charset: name }), text),
      );
      if (again !== text) throw new Violation('not the same when encoded again');
    }
    return [`${name} ${text.includes('\ufffd')} ${Math.ceil(Math.log2(text.length + 1))}`];
  },
};

/** Codecs of single messages. */
export const text: Readonly<Record<string, Target>> = { base64, charset };
