import { ConfigException } from '@sluice/core';

/**
 * What two sides agree on in their handshake, for `HeartbeatHandler.renegotiate`: how often this side sends, and how long it
 * waits for the other. In ms; 0: off.
 */
export interface AgreedHeartbeat {
  /** How often this side sends, in ms; 0: never. */
  readonly interval: number;
  /** After how long a silence of the other side it is given up, in ms; 0: never. */
  readonly timeout: number;
}

const SECOND = 1000;

/**
 * MQTT's keep alive, in seconds as in CONNECT (MQTT 3.1.1 and 5.0, section 3.1.2.10; or the server's own in CONNACK): the client
 * sends within it and takes the `interval`; the server gives up after one and a half times as long and takes the `timeout`.
 * @throws ConfigException unless it is a whole number from 0 to 65535
 */
export function mqttKeepAlive(seconds: number): AgreedHeartbeat {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 0xffff)
    throw new ConfigException(`keep alive: ${seconds} (expected: 0 to 65535 s)`);
  return { interval: seconds * SECOND, timeout: seconds * 1.5 * SECOND };
}

/**
 * STOMP's `heart-beat` headers (STOMP 1.2, "Heart-beating"), in ms: `[what it can send at most this often, what it wants to
 * receive]`, of this side and of its peer. A direction is off when either says 0, else the longer of the two holds. The
 * `timeout` is twice the peer's interval, the margin that the specification leaves open.
 */
export function stompHeartBeat(
  own: readonly [sends: number, wants: number],
  peer: readonly [sends: number, wants: number],
): AgreedHeartbeat {
  return { interval: longerOf(own[0], peer[1]), timeout: 2 * longerOf(peer[0], own[1]) };
}

function longerOf(sends: number, wants: number): number {
  for (const value of [sends, wants]) {
    if (!Number.isInteger(value) || value < 0)
      throw new ConfigException(`heart-beat: ${value} (expected: a whole number of ms, 0 or more)`);
  }
  return sends === 0 || wants === 0 ? 0 : Math.max(sends, wants);
}

/**
 * AMQP 0-9-1's heartbeat timeout as RabbitMQ has it, in seconds as in `connection.tune` and `tune-ok`: the lower of both sides'
 * values, or the other one where one is 0; both 0: off. Each side sends at half the timeout, and gives up at the timeout,
 * when two are missing. Use it with `oneWay`: nobody answers.
 */
export function amqpHeartbeat(own: number, peer: number): AgreedHeartbeat {
  for (const value of [own, peer]) {
    if (!(value >= 0 && value < Infinity))
      throw new ConfigException(`heartbeat: ${value} (expected: a number of seconds, 0 or more)`);
  }
  const seconds = own === 0 || peer === 0 ? Math.max(own, peer) : Math.min(own, peer);
  return { interval: (seconds * SECOND) / 2, timeout: seconds * SECOND };
}

/** gRPC's answer to a GOAWAY `too_many_pings` (proposal A8): the client asks half as often from now on, also when it reconnects. */
export function grpcAfterTooManyPings(interval: number): number {
  return interval * 2;
}
