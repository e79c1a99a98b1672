/**
 * What the compiler says about a pipeline that does not fit. Each error is an interface: its name and its type arguments
 * are the message, so it is read in the compiler's output and never made at run time.
 */

/** What all of them are. */
export interface PipelineMismatch {
  readonly '~mismatch': never;
}

/** Inbound: the handlers above emit something that this handler does not take. */
export interface InboundMismatch<Emitted, Accepted> extends PipelineMismatch {
  readonly '~inbound': [Emitted, Accepted];
}
/** Inbound: the handlers above take everything, so this handler's `channelRead` can never run. */
export interface InboundUnreachable<Accepted> extends PipelineMismatch {
  readonly '~inbound': Accepted;
}
/** Outbound: this handler writes something that neither a handler above nor the transport takes. */
export interface OutboundMismatch<Written, Accepted> extends PipelineMismatch {
  readonly '~outbound': [Written, Accepted];
}
/** Two handlers of one pipeline have the same name. */
export interface DuplicateName<Name> extends PipelineMismatch {
  readonly '~name': Name;
}
/** The handler leaves message types open: name them, or add it with `addUnchecked`. */
export interface UntypedHandler<Reason> extends PipelineMismatch {
  readonly '~untyped': Reason;
}
/** A handler that is not typed sharable was given itself; each channel needs its own. */
export interface NotAFactory<Remedy> extends PipelineMismatch {
  readonly '~factory': Remedy;
}
/** The factory returns a promise; handlers have to be there before the first byte. */
export interface AsyncFactory<Remedy> extends PipelineMismatch {
  readonly '~async': Remedy;
}

/** Part of such a message: what arrives at the place. */
export interface PreviousHandlerEmits<T> {
  readonly '~emits': T;
}
/** Part of such a message: what may be written at the place. */
export interface PreviousHandlerAccepts<T> {
  readonly '~accepts': T;
}
/** Part of such a message: what the handler takes. */
export interface ThisHandlerAccepts<T> {
  readonly '~accepts': T;
}
/** Part of such a message: what the handler writes that does not fit. */
export interface ThisHandlerWrites<T> {
  readonly '~writes': T;
}
