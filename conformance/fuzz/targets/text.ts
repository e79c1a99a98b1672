import { Buffer } from 'node:buffer';
import { Base64Decoder, Base64Dialect, Base64Encoder, StringDecoder, StringEncoder } from '@sluice/codec';
import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import { type Target, Violation } from '../Target.js';

/** What a decoder makes of one message; `undefined` if it is an error. */
function decode<T>(handler: AnyChannelHandler, message: Uint8Array): T | undefined {
  const errors: unknown[] = [];
  const channel = new EmbeddedChannel(handler, {
    exceptionCaught: (_ctx, cause) => void errors.push((cause as unknown as { code: string }).code),
  });
  channel.writeInbound(message);
  channel.close();
  const { inboundMessages } = channel;
  if (inboundMessages.length + errors.length !== 1) {
    throw new Violation(`${inboundMessages.length} messages and ${errors.length} errors of one message`);
  }
  if (errors.length > 0 && errors[0] !== 'ERR_DECODER') throw new Violation(`error ${errors[0]}`);
  return inboundMessages[0] as T | undefined;
}

function encode(handler: AnyChannelHandler, message: unknown): Buffer {
  const channel = new EmbeddedChannel(handler);
  channel.writeOutbound(message);
  return channel.outboundMessages[0] as Buffer;
}

const DIALECTS = ['STANDARD', 'URL_SAFE', 'ORDERED'] as const;

/** Digits only, as Node spells them; `undefined` for other texts. */
function plainDigits(text: string, name: string): string | undefined {
  if (name === 'ORDERED') return undefined;
  return (name === 'STANDARD' ? /^[A-Za-z0-9+/]*$/ : /^[A-Za-z0-9_-]*$/).test(text) ? text : undefined;
}

/** Base64: what is decoded and encoded again stands for the same bytes; Node's own decoder agrees on plain digits. */
const base64: Target = {
  dictionary: ['=', '==', '+/', '-_', '\n', ' ', 'AAAA', '\xff', 'zz=='],
  seeds: ['\0aGVsbG8=', '\x01aGVs\nbG8', '\x02----', '\0AA==BB=='].map((text) => Buffer.from(text, 'latin1')),
  run(input) {
    const name = DIALECTS[(input[0] ?? 0) % 3] as (typeof DIALECTS)[number];
    const dialect = Base64Dialect[name];
    const text = Buffer.from(input.subarray(1));
    const bytes = decode<Buffer>(new Base64Decoder({ dialect }), text);
    const digits = plainDigits(text.toString('latin1'), name);
    if (digits !== undefined) {
      const mustFail = digits.length % 4 === 1;
      if (mustFail !== (bytes === undefined)) throw new Violation(`${digits.length} digits, and ${bytes}`);
      if (bytes !== undefined && !bytes.equals(Buffer.from(digits, 'base64'))) {
        throw new Violation('Node decodes it in another way');
      }
    }
    if (bytes === undefined) return [`error ${Math.ceil(Math.log2(text.length + 1))}`];
    const again = decode<Buffer>(
      new Base64Decoder({ dialect }),
      encode(new Base64Encoder({ dialect }), bytes),
    );
    if (!again?.equals(bytes)) throw new Violation('not the same when encoded again');
    if (bytes.length > (text.length * 3) / 4 + 3) throw new Violation('more bytes than digits give');
    return [`${name} ${Math.ceil(Math.log2(bytes.length + 1))} ${digits !== undefined}`];
  },
};

const CHARSETS = ['UTF-8', 'UTF-16', 'UTF-16LE', 'UTF-16BE', 'ISO-8859-1', 'US-ASCII'] as const;

/** What the standard of the web says; `undefined` for what is not valid, which Java shows in another way. */
function standardText(name: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(name.toLowerCase(), { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Charsets the platform has under the same name with the same meaning. */
const SHARED = ['UTF-8', 'UTF-16LE', 'UTF-16BE'];

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
    const text = decode<string>(new StringDecoder({ charset: name }), bytes);
    if (text === undefined) throw new Violation('no text');
    const standard = (SHARED.includes(name) ? standardText(name, bytes) : undefined) ?? text;
    if (text !== standard)
      throw new Violation(`${JSON.stringify(text)}, expected was ${JSON.stringify(standard)}`);
    if (text !== Buffer.from(text, 'utf8').toString('utf8')) throw new Violation('half of a character in it');
    const canExpress = name !== 'US-ASCII' || bytes.every((byte) => byte < 0x80);
    if (text !== '' && canExpress) {
      const again = decode<string>(
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
