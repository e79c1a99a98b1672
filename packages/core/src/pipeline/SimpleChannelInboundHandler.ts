import { ChannelHandlerAdapter } from './adapters.js';
import type { ChannelHandlerContext } from './ChannelHandlerContext.js';
import type { HandlerTypes, Pass, Select, Typed, Untyped } from './HandlerTypes.js';

/** What kind of message: a class (by `instanceof`) or a predicate. */
export type MessageMatcher<T> = (abstract new (...args: never[]) => T) | ((message: unknown) => boolean);

/** Whether `message` is of the kind. Classes are told from predicates by their prototype. */
export function matches<T>(matcher: MessageMatcher<T> | undefined, message: unknown): message is T {
  if (matcher === undefined) return true;
  if (isClass(matcher)) return message instanceof matcher;
  return (matcher as (message: unknown) => boolean)(message);
}

/** Answers of {@link isClass}: the question is put for every message. */
const classes = new WeakMap<object, boolean>();

/**
 * A class's prototype is fixed. That of a `function` is writable; it is a class all the same (`Buffer`, or a class compiled
 * to ES5) when the prototype inherits from another or has members.
 */
function isClass(matcher: object): matcher is abstract new (...args: never[]) => unknown {
  let known = classes.get(matcher);
  if (known === undefined) {
    const own = Object.getOwnPropertyDescriptor(matcher, 'prototype');
    const prototype: unknown = own?.value;
    known =
      typeof prototype === 'object' &&
      prototype !== null &&
      (own?.writable === false ||
        Object.getPrototypeOf(prototype) !== Object.prototype ||
        Reflect.ownKeys(prototype).some((key) => key !== 'constructor'));
    classes.set(matcher, known);
  }
  return known;
}

/**
 * Takes the messages of one kind and passes all others on. Without a matcher it takes every message.
 * Netty: SimpleChannelInboundHandler.
 */
export abstract class SimpleChannelInboundHandler<In = Untyped, Write = Untyped>
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Select<In, never>, Pass, Write>>
{
  declare readonly '~types': HandlerTypes<Select<In, never>, Pass, Write>;
  readonly #matcher: MessageMatcher<In> | undefined;

  /** `matcher`: the messages to take, a class or a predicate; all, if it is missing. */
  constructor(matcher?: MessageMatcher<In>) {
    super();
    this.#matcher = matcher;
  }

  /** Whether `channelRead0` takes this message; the matcher decides unless overridden. */
  acceptInboundMessage(message: unknown): message is In {
    return matches(this.#matcher, message);
  }

  /** A message of the kind arrived. May be `async`. */
  protected abstract channelRead0(ctx: ChannelHandlerContext<never, Write>, message: In): unknown;

  channelRead(ctx: ChannelHandlerContext<Untyped, Write>, message: unknown): unknown {
    if (this.acceptInboundMessage(message)) return this.channelRead0(ctx, message);
    ctx.fireChannelRead(message);
    return undefined;
  }
}
