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
  readonly kind: 'flow';
  readonly accept: (message: In) => void;
  readonly emit: Out;
}
/** Takes `In`, lets everything else through (MessageToMessage*, SimpleChannelInbound*). */
export interface Select<in In, out Out> {
  readonly kind: 'select';
  readonly accept: (message: In) => void;
  readonly emit: Out;
}
/** Touches nothing in this direction. */
export interface Pass {
  readonly kind: 'pass';
}
export type AnyFlow = Flow<never, unknown> | Select<never, unknown> | Pass;

/** Both flows of a handler, and what it writes on its own account (heartbeats, replies). */
export interface HandlerTypes<I extends AnyFlow = AnyFlow, O extends AnyFlow = AnyFlow, Write = unknown> {
  readonly inbound: I;
  readonly outbound: O;
  readonly write: Write;
}

/** Anything that carries its flows; the key is a string because a symbol key breaks isolatedDeclarations. */
export interface Typed<T extends HandlerTypes = HandlerTypes> {
  readonly '~types'?: T;
}
