import {
  type ChannelHandlerContext,
  EmbeddedChannel,
  matches,
  SimpleChannelInboundHandler,
} from '@sluice/core';
import { ticksLater } from './tracing.js';

class Greeting {
  constructor(readonly text: string) {}
}
class WarmGreeting extends Greeting {}

class Greeter extends SimpleChannelInboundHandler<Greeting> {
  readonly greeted: string[] = [];
  constructor() {
    super(Greeting);
  }
  protected override channelRead0(_ctx: ChannelHandlerContext<never>, message: Greeting): void {
    this.greeted.push(message.text);
  }
}

test('takes messages of its class and subclasses, passes all others on', () => {
  const greeter = new Greeter();
  const channel = new EmbeddedChannel(greeter);
  const other = { text: 'looks like one' };
  channel.writeInbound(new Greeting('a'), other, new WarmGreeting('b'), 'text');
  expect(greeter.greeted).toEqual(['a', 'b']);
  expect(channel.inboundMessages.splice(0)).toEqual([other, 'text']);
  channel.finish();
});

test('takes messages that a predicate accepts, an arrow or a function', () => {
  // A function has a prototype and is still no class.
  function isText(message: unknown): boolean {
    return typeof message === 'string';
  }
  for (const predicate of [isText, (message: unknown) => isText(message)]) {
    const taken: unknown[] = [];
    class Strings extends SimpleChannelInboundHandler<string> {
      protected override channelRead0(_ctx: ChannelHandlerContext<never>, message: string): void {
        taken.push(message.length);
      }
    }
    const channel = new EmbeddedChannel(new Strings(predicate));
    channel.writeInbound('abc', 7);
    expect([taken, channel.inboundMessages.splice(0)]).toEqual([[3], [7]]);
    channel.finish();
  }
});

test('without a matcher takes everything; acceptInboundMessage may be overridden', () => {
  const taken: unknown[] = [];
  class Some extends SimpleChannelInboundHandler<number> {
    override acceptInboundMessage(message: unknown): message is number {
      return message === 2 || super.acceptInboundMessage(`${message}`.length > 3);
    }
    protected override channelRead0(_ctx: ChannelHandlerContext<never>, message: number): void {
      taken.push(message);
    }
  }
  const channel = new EmbeddedChannel(new Some());
  channel.writeInbound(1, 2);
  expect(taken).toEqual([1, 2]);
  channel.finish();
});

test('may be async; a rejection goes to exceptionCaught', async () => {
  class Failing extends SimpleChannelInboundHandler<string> {
    protected override async channelRead0(): Promise<void> {
      throw new Error('late');
    }
  }
  const channel = new EmbeddedChannel(new Failing());
  channel.writeInbound('m');
  await ticksLater();
  expect(() => channel.checkException()).toThrow('late');
  channel.finish();
});

test('matches tells classes from predicates', () => {
  expect(matches(undefined, 1)).toBe(true);
  expect([matches(Greeting, new WarmGreeting('x')), matches(Greeting, {})]).toEqual([true, false]);
  expect([matches(Uint8Array, Buffer.alloc(1)), matches(Map, new Set())]).toEqual([true, false]);
  expect([matches((v) => v === 1, 1), matches(() => false, 1)]).toEqual([true, false]);
});
