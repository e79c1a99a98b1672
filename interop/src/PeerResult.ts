/** What one side of a conversation reports when it is over; the Java side prints it as JSON. */
export interface PeerResult {
  readonly received: number;
  /** Messages whose write succeeded. */
  readonly sent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Messages whose content was not the expected one. */
  readonly mismatches: number;
  /** Pieces that the stream of bytes was sent in, each flushed on its own. */
  readonly piecesSent: number;
  /** Pieces that the decoder got. */
  readonly piecesRead: number;
  /** How often the socket gave something. */
  readonly reads: number;
  /** How often the channel turned unwritable. */
  readonly stalls: number;
  /** Idle events while messages were under way. */
  readonly idleInRun: number;
  /** Idle events of the silence afterwards, such as `READER_IDLE first`. */
  readonly idleEvents: readonly string[];
  /** From the start until all messages had been exchanged. */
  readonly runMillis: number;
  /** `orderly`: by the client, after everything else, and without an error. */
  readonly closed: 'orderly' | 'early';
  readonly errors: readonly string[];
}
