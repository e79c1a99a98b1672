/** Our error classes for those of the JDK; all others keep their names. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  IllegalArgumentException: ['TypeError', 'RangeError'],
  NullPointerException: ['TypeError'],
  ClassCastException: ['TypeError'],
  IndexOutOfBoundsException: ['RangeError'],
  ArrayIndexOutOfBoundsException: ['RangeError'],
  IllegalStateException: ['IllegalStateException'],
  NoSuchElementException: ['NoSuchHandlerException'],
  UnsupportedOperationException: ['UnsupportedMessageTypeException', 'UnsupportedOperationException'],
  // Netty's own exceptions without a stack trace.
  DefaultPromise$LeanCancellationException: ['CancellationException'],
  StacklessClosedChannelException: ['ClosedChannelException'],
};

/** Errors whose texts are the JDK's own or depend on it. */
const JDK_TEXT = new Set([
  'IndexOutOfBoundsException',
  'ArrayIndexOutOfBoundsException',
  'NumberFormatException',
  'ClassCastException',
  'NullPointerException',
]);
const RUNTIME_TEXT = /java\.|io\.netty\.|ridx|@HASH/;
/** Where Netty shows an index of its buffer's memory, which depends on what was in it before. */
const POSITION = /(?<=byte position )\d+|\d+(?= bytes discarded)/;

/** An error as Netty's recording has it. */
export interface RecordedError {
  readonly type: string;
  readonly msg: string | null;
  readonly cause?: { readonly type: string; readonly msg: string | null };
}

/** An error in an outcome. It equals a recorded one when the types correspond and the first sentence is the same. */
export class Raised {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }

  /** `recorded` is `{ type, msg, cause? }` or, in traces, `"Type: message"`. */
  matches(recorded: unknown): boolean {
    const wanted =
      typeof recorded === 'string' ? parse(recorded) : (recorded as RecordedError | null | undefined);
    if (wanted === null || wanted === undefined || typeof wanted !== 'object') return false;
    if (!sameType(wanted.type, this.error)) return false;
    const cause = (this.error as Error).cause;
    if (wanted.cause !== undefined && !sameType(wanted.cause.type, cause)) return false;
    return sameText(wanted, (this.error as Error).message);
  }

  toString(): string {
    const { name, message } = this.error as Error;
    return `${name}: ${message}`;
  }
}

function parse(text: string): RecordedError {
  const colon = text.indexOf(': ');
  if (colon < 0) return { type: text, msg: null };
  const msg = text.slice(colon + 2);
  return { type: text.slice(0, colon), msg: msg === 'null' ? null : msg };
}

function sameType(recorded: string, error: unknown): boolean {
  const name = (error as Error | undefined)?.name;
  const names = OURS[recorded] ?? [recorded.slice(recorded.lastIndexOf('$') + 1)];
  return name !== undefined && names.includes(name);
}

/** Netty's text is our first sentence; what helps people may follow it. Where Netty says nothing, anything will do. */
function sameText({ type, msg: recorded, cause }: RecordedError, text: string): boolean {
  if (recorded === null || RUNTIME_TEXT.test(recorded)) return true;
  if (JDK_TEXT.has(type) || (cause !== undefined && JDK_TEXT.has(cause.type))) return true;
  const [msg, ours] = [recorded, text].map((message) => message.replace(POSITION, '…')) as [string, string];
  return ours.startsWith(msg) && (ours.length === msg.length || /[\s.,:;]/.test(ours[msg.length] as string));
}
