import type { Channel } from '@sluice/core';
import type { Deadlines } from './Deadlines.js';
import { HeartbeatTimeoutException, HeartbeatWriteException } from './errors.js';

/** The peer gave no sign of life for too long. */
export function noSignOfLife(channel: Channel, life: Deadlines, now: number): HeartbeatTimeoutException {
  const pings = life.settings.asks ? `, and ${life.missed} pings had no answer` : '';
  return new HeartbeatTimeoutException(
    `No sign of life from ${String(channel)} for ${Math.round(now - life.lastRead)} ms${pings}; the channel is closed. ` +
      'The peer is frozen or unreachable, or it does not send or answer heartbeats.',
  );
}

/** A ping could not be written. */
export function notWritten(channel: Channel, cause: Error): HeartbeatWriteException {
  const text = `A ping could not be written to ${String(channel)}: ${cause.message}; the channel is closed.`;
  return new HeartbeatWriteException(text, { cause });
}
