import { EmbeddedChannel } from '@sluice/core';
import type { MessageList } from '../../src/base/MessageList.js';
import { MessageToMessageDecoder } from '../../src/base/MessageToMessageDecoder.js';
import { Outcome } from '../support/decoding.js';

/** Splits a text into words; `!` fails after the words before it. */
class Words extends MessageToMessageDecoder<string, string> {
  constructor() {
    super((message) => typeof message === 'string');
  }
  protected override decode(_ctx: unknown, message: string, out: MessageList<string>): void {
    for (const word of message.split(' ')) {
      if (word === '!') throw new Error('bang');
      if (word !== '') out.push(word);
    }
  }
}

const fired = (outcome: Outcome, message: unknown): string[] => {
  outcome.log = [];
  outcome.channel.pipeline.fireChannelRead(message);
  return outcome.log;
};

test('any number of messages, and what it does not take', () => {
  const outcome = new Outcome(new Words());
  expect(fired(outcome, 'a bc d')).toEqual(['a', 'bc', 'd']);
  expect(fired(outcome, '')).toEqual([]);
  expect(fired(outcome, 5)).toEqual(['5']);
});

test('messages come before the error of the same message', () => {
  const outcome = new Outcome(new Words());
  expect(fired(outcome, 'a ! b')).toEqual(['a', '! DecoderException: Error: bang']);
  expect(fired(outcome, 'c')).toEqual(['c']);
});

test('an async decode is refused', () => {
  class Async extends MessageToMessageDecoder<string, string> {
    protected override async decode(): Promise<void> {}
  }
  expect(fired(new Outcome(new Async()), 'a')).toEqual([
    expect.stringMatching(/^! DecoderException: Async\.decode\(\) returned a promise/),
  ]);
});

test.each([
  [false, 1],
  [true, 0],
])('with AUTO_READ off a read without a message asks for another, unless shared (%s)', (shared, expected) => {
  class Nothing extends MessageToMessageDecoder<string, string> {
    override get isSharable(): boolean {
      return shared;
    }
    protected override decode(_ctx: unknown, message: string, out: MessageList<string>): void {
      if (message === 'give') out.push(message);
    }
  }
  let reads = 0;
  const channel = new EmbeddedChannel();
  channel.config.autoRead = false;
  channel.pipeline.addLast({ read: () => void reads++ }, new Nothing());
  channel.writeInbound('keep', 'give');
  expect(reads).toBe(0);
  channel.writeInbound('keep');
  expect(reads).toBe(expected);
  channel.pipeline.fireChannelReadComplete();
  expect(reads).toBe(expected);
  channel.finishAndReleaseAll();
});

test('handlers that extend it may call the methods of the base class', () => {
  const seen: string[] = [];
  class Active extends Words {
    override channelActive(ctx: Parameters<Words['channelActive']>[0]): unknown {
      seen.push('mine');
      return super.channelActive(ctx);
    }
  }
  const channel = new EmbeddedChannel(new Active(), { channelActive: () => void seen.push('next') });
  expect(seen).toEqual(['mine', 'next']);
  channel.finishAndReleaseAll();
});
