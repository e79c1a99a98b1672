import { CorruptedFrameException, DecoderException } from '@sluice/codec';
import { EmbeddedChannel } from '@sluice/core';
import fc from 'fast-check';
import { ErrorHandler } from '../im/protocol/ErrorHandler.js';
import { frameDecoder, framePrepender } from '../im/protocol/framing.js';
import { ImCodec } from '../im/protocol/ImCodec.js';
import type { ImMessage } from '../im/protocol/messages.js';
import { decodeMessage, encodeMessage, isUserName, MAX_FRAME } from '../im/protocol/wire.js';

const seed = Number(process.env.FAST_CHECK_SEED ?? 42);

const name = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,32}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const seq = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const message: fc.Arbitrary<ImMessage> = fc.oneof(
  fc.record({ kind: fc.constant('login' as const), user: name, role: fc.constantFrom('user', 'server') }),
  fc.record({ kind: fc.constant('welcome' as const), server: name }),
  fc.record({ kind: fc.constant('chat' as const), from: name, text }),
  fc.record({ kind: fc.constant('notice' as const), text }),
  fc.record({ kind: fc.constant('roster' as const), users: fc.array(name) }),
  fc.record({ kind: fc.constant('bye' as const), reason: text, comeBack: fc.boolean() }),
  fc.record({ kind: fc.constant('ping' as const), seq }),
  fc.record({ kind: fc.constant('pong' as const), seq }),
);

function protocolChannel(): EmbeddedChannel {
  return new EmbeddedChannel(frameDecoder(), framePrepender(), new ImCodec(), new ErrorHandler());
}

function bytesWritten(channel: EmbeddedChannel): Buffer {
  const parts: Uint8Array[] = [];
  for (let part = channel.readOutbound<Uint8Array>(); part !== null; part = channel.readOutbound()) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

describe('the messages of the instant-messaging protocol', () => {
  test('a ping and a pong take five bytes', () => {
    expect(encodeMessage({ kind: 'ping', seq: 7 })).toEqual(Buffer.from([1, 0, 0, 0, 7]));
    expect(encodeMessage({ kind: 'pong', seq: 0xffffffff })).toEqual(Buffer.from([2, 255, 255, 255, 255]));
  });

  test('other kinds are a byte and JSON', () => {
    expect(encodeMessage({ kind: 'chat', from: 'al', text: 'hé' })).toEqual(
      Buffer.from('\u0005{"from":"al","text":"hé"}'),
    );
  });

  test('every message arrives as it was sent', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(decodeMessage(encodeMessage(sent))).toEqual(sent);
      }),
      { seed },
    );
  });

  test('any stream of messages passes framing and codec, in any pieces', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        (sent, size) => {
          const from = protocolChannel();
          from.writeOutbound(...sent);
          const bytes = bytesWritten(from);
          const to = protocolChannel();
          for (let i = 0; i < bytes.length; i += size) to.writeInbound(bytes.subarray(i, i + size));
          expect(to.inboundMessages).toEqual(sent);
          from.finishAndReleaseAll();
          to.finishAndReleaseAll();
        },
      ),
      { seed },
    );
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['an unknown kind', Buffer.from([99])],
    ['a short ping', Buffer.from([1, 0, 0, 0])],
    ['a long pong', Buffer.from([2, 0, 0, 0, 1, 1])],
    ['no JSON', Buffer.from('\u0005{"from"')],
    ['a JSON string', Buffer.from('\u0005"x"')],
    ['JSON null', Buffer.from('\u0005null')],
    ['a missing field', Buffer.from('\u0005{"from":"a"}')],
    ['a field of the wrong type', Buffer.from('\u0005{"from":"a","text":7}')],
    ['an empty name', Buffer.from('\u0003{"user":"","role":"user"}')],
    ['a name with a space', Buffer.from('\u0003{"user":"a b","role":"user"}')],
    ['a name that is too long', Buffer.from(`\u0003{"user":"${'a'.repeat(33)}","role":"user"}`)],
    ['an unknown role', Buffer.from('\u0003{"user":"a","role":"admin"}')],
    ['a roster of numbers', Buffer.from('\u0007{"users":[1]}')],
  ])('%s is refused', (_what, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(CorruptedFrameException);
  });

  test('fields that the protocol does not know are dropped', () => {
    const decoded = decodeMessage(Buffer.from('\u0006{"text":"x","__proto__":{"a":1},"more":2}'));
    expect(Object.entries(decoded)).toEqual([
      ['kind', 'notice'],
      ['text', 'x'],
    ]);
  });

  test.each([
    ['alice', true],
    ['Zoë-2', true],
    ['', false],
    ['a b', false],
    ['a:b', false],
    ['a\u001b', false],
  ])('%j as a name: %s', (candidate, allowed) => {
    expect(isUserName(candidate)).toBe(allowed);
  });
});

describe('a connection', () => {
  test('is closed without an answer when a frame is announced that is too long', () => {
    const channel = protocolChannel();
    const header = Buffer.alloc(4);
    header.writeUInt32BE(MAX_FRAME + 1);
    channel.writeInbound(header);
    expect(channel.isOpen).toBe(false);
    expect(channel.outboundMessages).toEqual([]);
  });

  test('takes a frame of the greatest length', () => {
    const channel = protocolChannel();
    const padding = ' '.repeat(MAX_FRAME - 13);
    const body = Buffer.from(`\u0006{"text":"x"}${padding}`);
    expect(body.length).toBe(MAX_FRAME);
    const header = Buffer.alloc(4);
    header.writeUInt32BE(body.length);
    channel.writeInbound(Buffer.concat([header, body]));
    expect(channel.readInbound()).toEqual({ kind: 'notice', text: 'x' });
    channel.finishAndReleaseAll();
  });

  test('is closed when a message makes no sense, and says why to whoever traces', () => {
    const lines: string[] = [];
    const channel = new EmbeddedChannel(
      frameDecoder(),
      new ImCodec(),
      new ErrorHandler((line) => lines.push(line)),
    );
    channel.writeInbound(Buffer.from([0, 0, 0, 1, 99]));
    expect(channel.isOpen).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/closes .*No message starts with byte 99/)]);
  });

  test('the codec reports a bad body as a DecoderException', () => {
    const channel = new EmbeddedChannel(new ImCodec());
    expect(() => channel.writeInbound(Buffer.from([99]))).toThrow(DecoderException);
    channel.finishAndReleaseAll();
  });
});
