/** The kinds of message, as they stand on the wire. */
export const LOGIN = 1;
export const LOGIN_OK = 2;
export const LOGIN_FAILED = 3;
export const TEXT = 4;
export const PING = 5;
export const PONG = 6;

/** One message of the protocol: what kind it is, and a text. */
export class ImMessage {
  readonly type: number;
  readonly body: string;

  constructor(type: number, body: string) {
    this.type = type;
    this.body = body;
  }
}
