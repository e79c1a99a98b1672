import { ConfigException } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';

/** The words of a {@link textHeartbeat}. */
export interface TextHeartbeatOptions {
  /** The line that asks (default `'ping'`). */
  readonly ping?: string;
  /** The line that answers (default `'pong'`). */
  readonly pong?: string;
  /** Put the ping's number behind the word, `ping 7`, to have round trips told apart (default false). */
  readonly nonce?: boolean;
}

const NUMBER = /^ \d{1,10}$/;

/**
 * Heartbeats for lines of text: the messages at its place are strings without their line ends, as between
 * `LineBasedFrameDecoder`, `StringDecoder` and a `LineEncoder`. A ping is the line `ping` or `ping 7`, its answer `pong` or
 * `pong 7`. These lines never reach the business handlers, so choose words that users do not type.
 *
 * @throws ConfigException for words that are empty, equal or hold a line end
 */
export function textHeartbeat(options: TextHeartbeatOptions = {}): HeartbeatCodec<string> {
  const { ping = 'ping', pong = 'pong', nonce: withNonce = false } = options;
  if (ping === pong || [ping, pong].some((word) => word === '' || /[\r\n]/.test(word)))
    throw new ConfigException(`ping '${ping}' and pong '${pong}' must be two different words of one line`);
  return {
    ping: ({ nonce }) => (withNonce ? `${ping} ${nonce}` : ping),
    pong: (line) => pong + line.slice(ping.length),
    isPing: (message) => isWord(message, ping),
    isPong: (message) => isWord(message, pong),
    nonceOf: (line) => (line.length === pong.length ? undefined : Number(line.slice(pong.length))),
  };
}

function isWord(message: unknown, word: string): boolean {
  if (typeof message !== 'string' || !message.startsWith(word)) return false;
  return message.length === word.length || NUMBER.test(message.slice(word.length));
}
