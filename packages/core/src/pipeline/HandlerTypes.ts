/**
 * What a handler does to the types of the messages that pass it. Nothing in this file exists at run time; the typed
 * pipeline builder reads it. Each direction of a handler is one "flow".
 */

/**
 * The type of a message that its author left open. It has to be `any`: a ported handler takes and hands on what it
 * likes, and `unknown` would ask for a cast in each callback.
 */
// biome-ignore lint/suspicious/noExplicitAny: the one place where "untyped" is spelled out
export type Untyped = any;

/** A message that a pass-through handler may only hand on: "leaves the type unchanged" is checked, not promised. */
export interface Passing {
  readonly '~passing': unique symbol;
}

/** Takes every `In`, emits `Out` (a frame decoder, a codec). */
export interface Flow<in In, out Out> {
  /** Tells the kinds of flow apart. */
  readonly kind: 'flow';
  /** What it takes. */
  readonly accept: (message: In) => void;
  /** What it emits. */
  readonly emit: Out;
}
/** Takes `In`, lets everything else through (MessageToMessage*, SimpleChannelInbound*). */
export interface Select<in In, out Out> {
  /** Tells the kinds of flow apart. */
  readonly kind: 'select';
  /** What it takes. */
  readonly accept: (message: In) => void;
  /** What it emits. */
  readonly emit: Out;
}
/** Touches nothing in this direction. */
export interface Pass {
  /** Tells the kinds of flow apart. */
  readonly kind: 'pass';
}
/** One direction of a handler. */
export type AnyFlow = Flow<never, unknown> | Select<never, unknown> | Pass;

/** Both flows of a handler, and what it writes on its own account (heartbeats, replies). */
export interface HandlerTypes<I extends AnyFlow = AnyFlow, O extends AnyFlow = AnyFlow, Write = unknown> {
  /** What it does to what comes in. */
  readonly inbound: I;
  /** What it does to what goes out. */
  readonly outbound: O;
  /** What it writes on its own account. */
  readonly write: Write;
}

/** Whether a type was left open; `any` is the only type that `1 & T` turns into something `0` fits. */
export type IsUntyped<T> = 0 extends 1 & T ? true : false;

/** Anything that carries its flows; the key is a string because a symbol key breaks isolatedDeclarations. */
export interface Typed<T = HandlerTypes> {
  readonly '~types'?: T;
}

/** The flows that `H` carries: `any` for a handler that is untyped, `never` for one that does not say. */
type TypesOf<H> = H extends unknown
  ? '~types' extends keyof H
    ? H extends { readonly '~types'?: infer T }
      ? Exclude<T, undefined>
      : never
    : never
  : never;

/** What a wrapper of `H` carries: the same flows, if any. */
export type SameTypes<H> = '~types' extends keyof H ? Required<Typed<TypesOf<H>>> : unknown;

/** The flows of an inbound handler; of an untyped one nothing is known. */
export type InboundTypes<In, Out, Write> =
  IsUntyped<In> extends true ? Untyped : HandlerTypes<Flow<In, Out>, Pass, Write>;
/** The flows of an outbound handler; of an untyped one nothing is known. */
export type OutboundTypes<In, Out> =
  IsUntyped<In> extends true ? Untyped : HandlerTypes<Pass, Flow<In, Out>, never>;

/** The inbound flow of `H`; untyped if it is. */
export type InboundOf<H> = KnownTypes<H>['inbound'];
/** The outbound flow of `H`; untyped if it is. */
export type OutboundOf<H> = KnownTypes<H>['outbound'];
/** What `H` writes on its own account; untyped if it is. */
export type WriteOf<H> = KnownTypes<H>['write'];

type KnownTypes<H> =
  TypesOf<H> extends infer T
    ? IsUntyped<T> extends true
      ? UntypedFlows
      : [T] extends [never]
        ? UntypedFlows
        : T extends HandlerTypes
          ? T
          : UntypedFlows
    : never;
type UntypedFlows = HandlerTypes<Flow<Untyped, Untyped>, Flow<Untyped, Untyped>, Untyped>;

/** The flows of an inbound and an outbound handler side by side: what the former writes passes the latter by. */
export type CombinedTypes<I, O> = HandlerTypes<InboundOf<I>, OutboundOf<O>, WriteOf<I>>;
