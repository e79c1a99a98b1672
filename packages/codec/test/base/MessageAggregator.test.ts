import {
  type ByteBuf,
  ByteBuf as Bytes,
  type ChannelHandlerContext,
  ClosedChannelException,
  EmbeddedChannel,
} from '@sluice/core';
import { DecoderResult } from '../../src/base/DecoderResult.js';
import { MessageAggregator, type MessageAggregatorOptions } from '../../src/base/MessageAggregator.js';

/** The beginning of a message: announces a length, asks for a go-ahead, or has bytes of its own. */
class Head {
  decoderResult = DecoderResult.SUCCESS;
  constructor(
    readonly name: string,
    readonly content?: Buffer,
    readonly announced = 0,
    readonly expects?: string,
  ) {}
}
class Part {
  decoderResult = DecoderResult.SUCCESS;
  constructor(
    readonly content: Buffer | ByteBuf,
    readonly last = false,
    readonly trailer = '',
  ) {}
}
class Whole {
  decoderResult = DecoderResult.SUCCESS;
  body: Buffer = Buffer.alloc(0);
  trailers = '';
  constructor(readonly name: string) {}
}

const head = (name: string): Head => new Head(name);
const part = (text: string): Part => new Part(Buffer.from(text));
const last = (text: string, trailer = ''): Part => new Part(Buffer.from(text), true, trailer);

class Aggregator extends MessageAggregator<Head, Part, Whole, string> {
  constructor(options: Partial<MessageAggregatorOptions<Head | Part>> = {}) {
    super({ maxContentLength: 10, ...options });
  }
  protected override isStartMessage(message: unknown): boolean {
    return message instanceof Head;
  }
  protected override isContentMessage(message: unknown): boolean {
    return message instanceof Part;
  }
  protected override isLastContentMessage(content: Part): boolean {
    return content.last;
  }
  protected override isAggregated(message: unknown): boolean {
    return message instanceof Whole;
  }
  protected override isContentLengthInvalid(start: Head, max: number): boolean {
    return start.announced > max;
  }
  protected override newContinueResponse(start: Head): string | undefined {
    return start.expects;
  }
  protected override closeAfterContinueResponse(response: string): boolean {
    return response === 'refused, closing';
  }
  protected override ignoreContentAfterContinueResponse(response: string): boolean {
    return response.startsWith('refused');
  }
  protected override beginAggregation(start: Head): Whole {
    return new Whole(start.name);
  }
  protected override aggregate(full: Whole, content: Part): void {
    full.trailers += content.trailer;
  }
  protected override finishAggregation(full: Whole, content: Buffer): void {
    full.body = content;
  }
}

let channel: EmbeddedChannel;
let reads: number;
let errors: Error[];

function open(aggregator: Aggregator = new Aggregator()): void {
  reads = 0;
  errors = [];
  channel = new EmbeddedChannel(
    {
      read(ctx) {
        reads++;
        ctx.read();
      },
    },
    aggregator,
    { exceptionCaught: (_ctx, cause) => void errors.push(cause) },
  );
}
beforeEach(() => open());
afterEach(() => channel.finishAndReleaseAll());

/** What comes out for these messages, each a read of its own. */
function out(...messages: unknown[]): string[] {
  for (const message of messages) channel.writeInbound(message);
  return channel.inboundMessages.splice(0).map((message) => {
    if (!(message instanceof Whole)) return String(message);
    return `${message.name}(${message.body}${message.trailers})`;
  });
}

const failed = (name: string, message: RegExp): unknown =>
  expect.objectContaining({ name, message: expect.stringMatching(message) });

describe('parts', () => {
  test('become one message', () => {
    expect(out(head('a'), part('one'), part('two'), last('3', ';t'))).toEqual(['a(onetwo3;t)']);
    expect(out(head('b'), last(''))).toEqual(['b()']);
    expect(out(new Head('c', Buffer.from('own,')), last('more'))).toEqual(['c(own,more)']);
  });

  test('may bring their bytes in any shape', () => {
    expect(out(head('a'), new Part(Bytes.from('bytes')), new Part(Bytes.from('!'), true))).toEqual([
      'a(bytes!)',
    ]);
  });

  test('one alone is handed on without a copy, several are joined in memory of their own', () => {
    const content = Buffer.from('alone');
    channel.writeInbound(head('a'), new Part(content, true));
    expect(channel.readInbound<Whole>()?.body).toBe(content);
    const first = Buffer.from('first');
    channel.writeInbound(head('b'), new Part(first), last('last'));
    const { body } = channel.readInbound() as Whole;
    first.fill(0);
    expect(String(body)).toBe('firstlast');
  });

  test('that belong to nothing pass, and so does what is whole or of another kind', () => {
    expect(out(part('stray'), new Whole('whole'), 'text')).toEqual(['[object Object]', 'whole()', 'text']);
    expect(out(head('a'), 'between', last('x'))).toEqual(['between', 'a(x)']);
  });

  test('are looked at only if the matcher takes them', () => {
    open(new Aggregator({ matcher: (message) => !(message as Head).name?.startsWith('raw') }));
    expect(out(head('raw'), head('a'), last('x'))).toEqual(['[object Object]', 'a(x)']);
  });
});

describe('a message that is too long', () => {
  test.each([
    ['while it comes', [head('a'), part('12345'), part('67890'), part('1'), part('more'), last('end')]],
    ['as it announces', [new Head('a', undefined, 11), part('1'), last('end')]],
    ['at its beginning', [new Head('a', Buffer.from('12345678901')), last('')]],
  ])('%s is told of once, and dropped', (_when, messages) => {
    expect(out(...messages)).toEqual([]);
    expect(errors).toEqual([failed('TooLongFrameException', /^content length exceeded 10 bytes\.$/)]);
    expect(out(head('b'), last('1234567890'))).toEqual(['b(1234567890)']);
    // As long as is allowed, in several parts.
    expect(out(head('c'), part('12345'), last('67890'))).toEqual(['c(1234567890)']);
  });

  test('goes to handleOversizedMessage', () => {
    const told: unknown[] = [];
    class Own extends Aggregator {
      protected override handleOversizedMessage(ctx: ChannelHandlerContext, oversized: Head | Whole): void {
        told.push(oversized);
        ctx.close();
      }
    }
    open(new Own());
    const announced = new Head('a', undefined, 11);
    channel.writeInbound(announced);
    expect([told, channel.isOpen, errors]).toEqual([[announced], false, []]);
    open(new Own());
    channel.writeInbound(head('b'), part('12345678901'));
    expect([told[1], channel.isOpen, errors]).toEqual([expect.any(Whole), false, []]);
  });

  test.each([-1, 1.5, Number.NaN])('a limit of %p is refused', (maxContentLength) => {
    expect(() => new Aggregator({ maxContentLength })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
  });
});

test('a message that begins too early is an error, and neither is handed on', () => {
  expect(out(head('a'), part('x'), head('b'), last('y'))).toEqual([]);
  expect(errors).toMatchObject([{ name: 'DecoderException', cause: { code: 'ERR_MESSAGE_AGGREGATION' } }]);
  expect(out(head('c'), last('z'))).toEqual(['c(z)']);
});

describe('the end of the channel', () => {
  test('in the middle of a message is premature', () => {
    out(head('a'), part('x'));
    channel.close();
    expect(errors).toEqual([
      failed('PrematureChannelClosureException', /^Channel closed while still aggregating message/),
    ]);
  });

  test('between messages is not, nor after a message that was too long', () => {
    out(head('a'), last('x'));
    channel.close();
    expect(errors).toEqual([]);
    open();
    out(head('a'), part('12345678901'));
    channel.close();
    expect(errors.map(({ name }) => name)).toEqual(['TooLongFrameException']);
  });

  test('is premature again in the message after one that was too long', () => {
    out(head('a'), part('12345678901'), head('b'), part('x'));
    channel.close();
    expect(errors.map(({ name }) => name)).toEqual([
      'TooLongFrameException',
      'PrematureChannelClosureException',
    ]);
  });

  test('is none of the business of a handler that was removed', () => {
    out(head('a'), part('x'));
    channel.pipeline.remove(Aggregator);
    channel.close();
    expect(errors).toEqual([]);
  });
});

describe('an answer before the content', () => {
  const asking = (answer: string): Head => new Head('a', undefined, 99, answer);

  test('lets the content come', () => {
    expect(out(asking('go ahead'), last('x'))).toEqual(['a(x)']);
    expect(channel.outboundMessages).toEqual(['go ahead']);
  });

  test('may be a refusal: content that comes all the same is dropped', () => {
    expect(out(asking('refused'), part('x'), last('y'))).toEqual([]);
    expect([channel.outboundMessages, channel.isOpen]).toEqual([['refused'], true]);
    expect(out(head('b'), last('z'))).toEqual(['b(z)']);
  });

  test('may be a refusal that closes, which is not premature', () => {
    expect(out(asking('refused, closing'))).toEqual([]);
    expect([channel.outboundMessages, channel.isOpen, errors]).toEqual([['refused, closing'], false, []]);
  });

  test('that cannot be written is an exception', () => {
    const failure = new ClosedChannelException('gone');
    channel.pipeline.addFirst({ write: (_ctx, _message, promise) => void promise.setFailure(failure) });
    out(asking('go ahead'), last('x'));
    expect(errors).toEqual([failure]);
  });
});

describe('a part that could not be decoded', () => {
  const cause = new Error('bad chunk');

  test('ends its message, which has the failure', () => {
    const bad = part('x');
    bad.decoderResult = DecoderResult.failure(cause);
    channel.writeInbound(head('a'), part('1'), bad);
    const whole = channel.readInbound() as Whole;
    expect([String(whole.body), whole.decoderResult.cause]).toEqual(['1x', cause]);
    expect(out(part('stray'))).toEqual(['[object Object]']);
  });

  test('a beginning is a whole message at once', () => {
    const bad = new Head('a', Buffer.from('x'));
    bad.decoderResult = DecoderResult.failure(cause);
    expect(out(bad)).toEqual(['a(x)']);
  });
});

describe('with autoRead off', () => {
  beforeEach(() => {
    channel.config.autoRead = false;
    reads = 0;
  });

  test('asks for more until the message is whole', () => {
    channel.writeInbound(head('a'));
    channel.writeInbound(part('x'));
    expect(reads).toBe(2);
    channel.writeInbound(last('y'));
    expect(reads).toBe(2);
    channel.writeInbound(head('b'), last('y'), head('c'));
    expect(reads).toBe(3);
  });

  test('asks for more when all was dropped, and not when a message was made as well', () => {
    channel.writeInbound(head('a'), part('12345678901'));
    expect(reads).toBe(1);
    channel.writeInbound(part('x'));
    expect(reads).toBe(2);
    channel.writeInbound(head('b'), last('y'), head('c'), part('12345678901'));
    expect(reads).toBe(2);
    channel.pipeline.fireChannelReadComplete();
    expect(reads).toBe(2);
  });
});
