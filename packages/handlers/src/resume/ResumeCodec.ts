import type { ResumeFailure } from './errors.js';

/** What the two ends tell each other besides messages. */
export type ResumeControl =
  | {
      /** Client to server, the first frame: begins or resumes a session. */
      readonly type: 'open';
      /** The session; the client's choice, 16 to 64 characters. */
      readonly id: string;
      /** Its secret; the client's choice, 16 to 64 characters. */
      readonly token: string;
      /** What the server called itself in `opened`; empty as long as it has not. */
      readonly server: string;
      /** The number of the last message that the client has received. */
      readonly received: number;
    }
  | {
      /** The answer: the session goes on. */
      readonly type: 'opened';
      /** Names this life of the server. */
      readonly server: string;
      /** The number of the last message that the server has received. */
      readonly received: number;
      /** How long the server keeps the session without a connection, in ms. */
      readonly expiry: number;
    }
  | {
      /** The other answer: it does not. The client may begin a new one, except after `token` and `overflow`. */
      readonly type: 'failed';
      /** Why. */
      readonly reason: ResumeFailure;
    }
  | {
      /** Confirms messages. */
      readonly type: 'ack';
      /** The number of the last message received. */
      readonly received: number;
    }
  | {
      /**
       * This side has no more to send, and all it sent was confirmed. Both sides forget the session when both said so.
       */
      readonly type: 'end';
      /** The number of the last message received. */
      readonly received: number;
    };

/** Takes what a `ResumeCodec` finds in a frame. */
export interface ResumeReceiver<Message> {
  /** A message: its number, and the number of the last message of ours that the peer has received. */
  data(seq: number, received: number, message: Message): void;
  /** Anything else. Values need no checks beyond their types; those are made here. */
  control(control: ResumeControl): void;
}

/**
 * What sessions look like on the wire: `Message` is what the application sends and receives, `Frame` what the handlers
 * nearer to the transport do. One codec may serve all channels.
 */
export interface ResumeCodec<Message, Frame> {
  /**
   * The frame of a message. Numbers are whole and less than 2^48. It is called again for each replay. What it throws
   * ends the session: without the message there would be a gap.
   */
  data(seq: number, received: number, message: Message): Frame;
  /** The frame of anything else. */
  control(control: ResumeControl): Frame;
  /** Reads a frame and calls one method of `into`. What it throws closes the channel as a violation of the protocol. */
  read(frame: Frame, into: ResumeReceiver<Message>): void;
  /** How many bytes a message counts in the buffer (default: its length in bytes, 8 if that is not known). */
  sizeOf?(message: Message): number;
}
