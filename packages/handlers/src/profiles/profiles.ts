import type { Buffer } from 'node:buffer';
import { ConfigException, type Untyped } from '@sluice/core';
import { type BoltHeartbeatOptions, boltHeartbeat } from '../heartbeat/codecs/boltHeartbeat.js';
import { type CimHeartbeatOptions, cimHeartbeat } from '../heartbeat/codecs/cimHeartbeat.js';
import { type DubboHeartbeatOptions, dubboHeartbeat } from '../heartbeat/codecs/dubboHeartbeat.js';
import { flamingoHeartbeat } from '../heartbeat/codecs/flamingoHeartbeat.js';
import { mqttHeartbeat } from '../heartbeat/codecs/mqttHeartbeat.js';
import { seataHeartbeat } from '../heartbeat/codecs/seataHeartbeat.js';
import { textHeartbeat } from '../heartbeat/codecs/textHeartbeat.js';
import type { HeartbeatCodec } from '../heartbeat/HeartbeatOptions.js';
import { mqttKeepAlive } from '../heartbeat/negotiation.js';
import type { PingStrikesOptions } from '../heartbeat/PingStrikesHandler.js';
import { GRPC_BACKOFF } from '../reconnect/Backoff.js';
import { makeProfile, type Profile, type ProfileOptions } from './Profile.js';

/** Options of `profiles.mqtt`. */
export interface MqttProfileOptions extends ProfileOptions<Buffer> {
  /** Keep alive in seconds, as in CONNECT (default 60); 0: off. */
  readonly keepAlive?: number;
}

/** Options of a profile that prescribes no form of heartbeat. */
export interface AnyCodecProfileOptions<Message> extends ProfileOptions<Message> {
  /** What pings and pongs look like. */
  readonly codec: HeartbeatCodec<Message>;
}

/** What a gRPC server permits; for a `PingStrikesHandler`. */
export type GrpcStrikes = Required<Pick<PingStrikesOptions, 'permit' | 'permitWithoutCalls' | 'maxStrikes'>>;

/** `profiles.grpc`. */
export interface GrpcProfile<Message = Untyped> extends Profile<Message> {
  /** For the server's `PingStrikesHandler`. */
  readonly strikes: GrpcStrikes;
}

/** Options of `profiles.grpc`. */
export interface GrpcProfileOptions<Message> extends AnyCodecProfileOptions<Message> {
  /** What the server permits. */
  readonly strikes?: Partial<GrpcStrikes>;
}

/** The profiles by name. */
export interface Profiles {
  /**
   * cim (crossoverJie/cim): the client pings after 10 s without a write, the server gives up after 30 s without a read.
   * Reconnects after 3 to 9 s.
   *
   * cim's client notes when the last pong came, but never looks: it does not find out about a frozen server. Here it gives up
   * after 30 s. cim's server forgets a client that logs in and never pings, and looks only each 11 s; here time counts from
   * the connection on, exactly.
   *
   * @throws ConfigException when the options contradict each other
   */
  cim(options?: ProfileOptions<Buffer> & CimHeartbeatOptions): Profile<Buffer>;

  /**
   * Dubbo 2.7 and 3: heartbeat 60 s, heartbeat timeout and close timeout three times as long. Connect timeout 3 s; retries after 2 s
   * (as in 2.6), twice as long each time up to 60 s (as in 3), half of it by chance.
   *
   * Dubbo's server counts its own writes as life (`ALL_IDLE`) and never closes a frozen client that it goes on writing to: here
   * reads alone count. For that the client must be heard each 60 s, so that it pings after 60 s without a write; Dubbo's does
   * after 60 s without a read. Dubbo's client finds a dead server after 180 to 240 s, this one after 180 s.
   *
   * @throws ConfigException when the options contradict each other; as in Dubbo, a timeout below twice the heartbeat does
   */
  dubbo(options?: ProfileOptions<Buffer> & DubboHeartbeatOptions): Profile<Buffer>;

  /**
   * sofa-bolt (also a stand-in for HSF, which is closed): a ping after 15 s, an answer within 1 s or it is missed, closed one
   * interval after the third; the server gives up after 90 s. Connect timeout 1 s; retries each second, ±20 % by chance.
   *
   * bolt's server counts its own writes as life, as Dubbo's does: here reads alone count, and the client pings after 15 s
   * without a write.
   *
   * @throws ConfigException when the options contradict each other
   */
  bolt(options?: ProfileOptions<Buffer> & BoltHeartbeatOptions): Profile<Buffer>;

  /**
   * flamingo (balloonwj/flamingo): the client pings after 5 s, the server gives up after 30 s. Connect timeout 3 s; retries each
   * 5 s, ±20 % by chance.
   *
   * flamingo's check is commented out "because it is in the way of debugging"; a `HeartbeatHandler` passes no verdict while
   * the process can be debugged, so that it can stay. It looks each 15 s, which makes 30 to 45 s; here it is 30. Its client has
   * no limit; here it gives up a silent server after 15 s.
   *
   * @throws ConfigException when the options contradict each other
   */
  flamingo(options?: ProfileOptions<Buffer> & { readonly compress?: boolean }): Profile<Buffer>;

  /**
   * Seata: the client pings after 5 s without a write, both sides give up after 15 s without a read. Connect timeout 10 s; retries
   * each 10 s, ±20 % by chance.
   *
   * Seata compares the idle event with one object and so misses the first of each silence: its first ping goes out after 10 s.
   * Here it is 5 s.
   *
   * @throws ConfigException when the options contradict each other
   */
  seata(options?: ProfileOptions<Buffer>): Profile<Buffer>;

  /**
   * The counter of many articles on `IdleStateHandler`: the client pings after 4 s without a write, the server closes at the third
   * silence of 5 s in a row. Heartbeats are lines of text unless `codec` says otherwise. Retries after 5 s, ±20 % by chance.
   *
   * In the articles the server does not answer, so that the client never knows; here it does, and the client gives up after
   * three pings without an answer. For one-way heartbeats set `client: { oneWay: true }` and `server: { respond: false }`.
   *
   * @throws ConfigException when the options contradict each other
   */
  idleCounter(options?: ProfileOptions<string>): Profile<string>;
  idleCounter<Message>(options: AnyCodecProfileOptions<Message>): Profile<Message>;

  /**
   * MQTT 3.1.1 and 5.0: the server gives up after one and a half times the keep alive (60 s) without a packet. The client pings
   * after half of it without a packet of its own, as MQTT.js does, so that one late PINGREQ does no harm, and gives up a silent
   * server as late as the server would. MQTT prescribes no reconnecting: the defaults of `ReconnectingClient`.
   *
   * A server learns the keep alive from CONNECT: `heartbeat.renegotiate({ timeout: mqttKeepAlive(seconds).timeout })`.
   *
   * @throws ConfigException when the options contradict each other, or for a keep alive that MQTT does not have
   */
  mqtt(options?: MqttProfileOptions): Profile<Buffer>;

  /**
   * gRPC keepalive (proposals A8 and A9): a ping after a time without a read, 20 s for the answer. The server asks after 2 h. It
   * permits one ping each 5 min, and closes at the third that comes sooner. gRPC's client does not ask unless told; here it
   * does so after 6 min, a little less often than permitted, as pings may travel faster than those before them.
   * Reconnects with gRPC's own backoff.
   *
   * A `HeartbeatHandler` does not know of calls and pings without them too: `permitWithoutCalls` is 5 min, not 2 h.
   *
   * @throws ConfigException when the options contradict each other, or the client asks more often than the server permits
   */
  grpc<Message>(options: GrpcProfileOptions<Message>): GrpcProfile<Message>;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * Heartbeat and reconnecting of well-known systems, both sides in one object, with what each documents as the default and
 * where its flaws have been mended (see each). Give `client` and `server` to a `HeartbeatHandler`, `reconnect` to a
 * `ReconnectingClient`.
 */
export const profiles: Profiles = Object.freeze({
  cim(options: ProfileOptions<Buffer> & CimHeartbeatOptions = {}) {
    const codec = cimHeartbeat(options);
    return makeProfile(
      {
        name: 'cim',
        client: { codec, interval: 10 * SECOND, timeout: 30 * SECOND },
        server: { codec, interval: 0, timeout: 30 * SECOND },
        reconnect: { backoff: { base: 6 * SECOND, cap: 9 * SECOND, factor: 1, jitter: 0.5 } },
      },
      options,
    );
  },

  dubbo(options: ProfileOptions<Buffer> & DubboHeartbeatOptions = {}) {
    const codec = dubboHeartbeat(options);
    return makeProfile(
      {
        name: 'dubbo',
        client: { codec, interval: MINUTE, timeout: 3 * MINUTE },
        server: { codec, interval: 0, timeout: 3 * MINUTE },
        reconnect: {
          connectTimeout: 3 * SECOND,
          backoff: { base: 2 * SECOND, cap: MINUTE, factor: 2, jitter: 'equal' },
        },
      },
      options,
    );
  },

  bolt(options: ProfileOptions<Buffer> & BoltHeartbeatOptions = {}) {
    const codec = boltHeartbeat(options);
    return makeProfile(
      {
        name: 'bolt',
        client: { codec, interval: 15 * SECOND, missed: 3, ack: SECOND },
        server: { codec, interval: 0, timeout: 90 * SECOND },
        reconnect: { connectTimeout: SECOND, backoff: steady(SECOND) },
      },
      options,
    );
  },

  flamingo(options: ProfileOptions<Buffer> & { readonly compress?: boolean } = {}) {
    const { compress = false } = options;
    return makeProfile(
      {
        name: 'flamingo',
        client: {
          codec: flamingoHeartbeat({ role: 'client', compress }),
          interval: 5 * SECOND,
          timeout: 15 * SECOND,
        },
        server: { codec: flamingoHeartbeat({ role: 'server', compress }), interval: 0, timeout: 30 * SECOND },
        reconnect: { connectTimeout: 3 * SECOND, backoff: steady(5 * SECOND) },
      },
      options,
    );
  },

  seata(options: ProfileOptions<Buffer> = {}) {
    const codec = seataHeartbeat();
    return makeProfile(
      {
        name: 'seata',
        client: { codec, interval: 5 * SECOND, timeout: 15 * SECOND },
        server: { codec, interval: 0, timeout: 15 * SECOND },
        reconnect: { connectTimeout: 10 * SECOND, backoff: steady(10 * SECOND) },
      },
      options,
    );
  },

  idleCounter(options: Partial<AnyCodecProfileOptions<Untyped>> = {}) {
    const codec = options.codec ?? textHeartbeat();
    return makeProfile(
      {
        name: 'idleCounter',
        client: { codec, interval: 4 * SECOND, missed: 3 },
        server: { codec, interval: 0, window: 5 * SECOND, missed: 3 },
        reconnect: { backoff: steady(5 * SECOND) },
      },
      options,
    );
  },

  mqtt(options: MqttProfileOptions = {}) {
    const codec = mqttHeartbeat();
    const { interval: keepAlive, timeout } = mqttKeepAlive(options.keepAlive ?? 60);
    return makeProfile(
      {
        name: 'mqtt',
        client: { codec, interval: keepAlive / 2, timeout },
        server: { codec, interval: 0, timeout },
        reconnect: {},
      },
      options,
    );
  },

  grpc<Message>(options: GrpcProfileOptions<Message>): GrpcProfile<Message> {
    const { codec, scale = 1 } = options;
    const answer = { codec, mode: 'read-idle', missed: 1, repeat: 20 * SECOND } as const;
    const profile = makeProfile<Message>(
      {
        name: 'grpc',
        client: { ...answer, interval: 6 * MINUTE },
        server: { ...answer, interval: 120 * MINUTE },
        reconnect: { connectTimeout: 20 * SECOND, backoff: GRPC_BACKOFF },
      },
      options,
    );
    const permit = 5 * MINUTE * scale;
    const strikes = { permit, permitWithoutCalls: permit, maxStrikes: 2, ...options.strikes };
    checkPermit(profile, strikes);
    return { ...profile, strikes };
  },
});

/** About the same delay each time, and not the same for all. */
function steady(ms: number) {
  return { base: ms, cap: ms * 1.2, factor: 1, jitter: 0.2 };
}

function checkPermit({ client }: Profile, { permit, permitWithoutCalls }: GrpcStrikes): void {
  const { interval } = client;
  const least = Math.max(permit, permitWithoutCalls);
  if (typeof interval !== 'number' || interval === 0 || interval >= least) return;
  throw new ConfigException(
    `profiles.grpc: the client's interval (${interval} ms) must not be below what the server permits (${least} ms, the ` +
      'longer of permit and permitWithoutCalls): the server would close the connection for too many pings',
  );
}
