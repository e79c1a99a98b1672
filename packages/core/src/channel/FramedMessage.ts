/**
 * A payload with a short header in front, as one message: the transport writes both side by side while it gathers,
 * so that a prepender needs neither a second write nor a copy. It counts as header plus payload.
 */
export abstract class FramedMessage {
  /** Bytes of the header. */
  abstract readonly headerLength: number;
  /** What follows the header. */
  readonly payload: Uint8Array;

  /** For subclasses, which know the header. */
  constructor(payload: Uint8Array) {
    this.payload = payload;
  }

  /** Bytes of header and payload. */
  get length(): number {
    return this.headerLength + this.payload.length;
  }

  /** Writes the header's `headerLength` bytes into `target` at `offset`. */
  abstract writeHeader(target: Uint8Array, offset: number): void;

  /** The header alone, for transports that write by reference. */
  header(): Uint8Array {
    const bytes = new Uint8Array(this.headerLength);
    this.writeHeader(bytes, 0);
    return bytes;
  }
}
