/** Ready heartbeats and profiles: each knows what its messages are. */
import { type FrameDecoder, LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import { pipeline } from '@sluice/core';
import {
  type AnyCodecProfileOptions,
  type BinaryHeartbeatOptions,
  type BoltHeartbeatOptions,
  binaryHeartbeat,
  boltFrameDecoder,
  boltHeartbeat,
  type CimHeartbeatOptions,
  cimFrameDecoder,
  cimHeartbeat,
  type DubboHeartbeatOptions,
  dubboFrameDecoder,
  dubboHeartbeat,
  type FlamingoHeartbeatOptions,
  flamingoFrameDecoder,
  flamingoHeartbeat,
  type GrpcProfile,
  type GrpcProfileOptions,
  type GrpcStrikes,
  type HeartbeatCodec,
  HeartbeatHandler,
  type MqttProfileOptions,
  mqttFrameDecoder,
  mqttHeartbeat,
  PingStrikesHandler,
  type Profile,
  type ProfileBound,
  type ProfileOptions,
  type ProfileReconnect,
  type Profiles,
  profiles,
  type ReconnectingClientOptions,
  seataFrameDecoder,
  seataHeartbeat,
  type TextHeartbeatOptions,
  textHeartbeat,
  type WebSocketHeartbeatOptions,
  type WebSocketRole,
  webSocketFrameDecoder,
  webSocketHeartbeat,
} from '@sluice/handlers';
import { assertType, type Equal } from '../support/assertType.js';

// ---- codecs ---------------------------------------------------------------------------------------------------------------

const words: TextHeartbeatOptions = { ping: 'biu', nonce: true };
const binary: BinaryHeartbeatOptions = { ping: 7, pong: 8 };
const cim: CimHeartbeatOptions = { userId: 5n };
const dubbo: DubboHeartbeatOptions = { serialization: 23 };
const bolt: BoltHeartbeatOptions = { protocol: 1 };
const flamingo: FlamingoHeartbeatOptions = { role: 'client', compress: true };
const role: WebSocketRole = 'server';
const webSocket: WebSocketHeartbeatOptions = { role };
export const ofText: HeartbeatCodec<string> = textHeartbeat(words);
export const ofBytes: HeartbeatCodec<Buffer>[] = [
  binaryHeartbeat(binary),
  cimHeartbeat(cim),
  dubboHeartbeat(dubbo),
  boltHeartbeat(bolt),
  seataHeartbeat(),
  flamingoHeartbeat(flamingo),
  mqttHeartbeat(),
  webSocketHeartbeat(webSocket),
];
export const framing: FrameDecoder<Buffer>[] = [
  cimFrameDecoder(),
  dubboFrameDecoder(1024),
  boltFrameDecoder(),
  seataFrameDecoder(),
  flamingoFrameDecoder(),
  mqttFrameDecoder(),
  webSocketFrameDecoder(role),
];

// ---- in pipelines ---------------------------------------------------------------------------------------------------------

const lines = profiles.idleCounter();
export const chat = pipeline<Buffer, Uint8Array>()
  .addLast(() => new LineBasedFrameDecoder({ maxLength: 1024 }))
  .addLast(() => new StringDecoder())
  .addLast(() => new LineEncoder())
  .addLast(() => new HeartbeatHandler(lines.server))
  .build();

const rpc: Profile<Buffer> = profiles.dubbo({ ...dubbo, scale: 0.1 });
const bound: ProfileBound = rpc.bound;
const reconnect: ProfileReconnect = rpc.reconnect;
export const patience: number = bound.client + bound.server;
export const client: Partial<ReconnectingClientOptions> = { ...reconnect, endpoints: [] };
export const provider = pipeline<Buffer, Uint8Array>()
  .addLast(() => dubboFrameDecoder())
  .addLast(() => new HeartbeatHandler(rpc.server))
  .build();

// ---- profiles -------------------------------------------------------------------------------------------------------------

interface Beat {
  readonly beat: number;
}
declare const beats: HeartbeatCodec<Beat>;
const changes: ProfileOptions<Beat> = { client: { interval: 1000 } };
const any: AnyCodecProfileOptions<Beat> = { ...changes, codec: beats };
const strikes: Partial<GrpcStrikes> = { maxStrikes: 5 };
const grpcOptions: GrpcProfileOptions<Beat> = { ...any, strikes };
const grpc: GrpcProfile<Beat> = profiles.grpc(grpcOptions);
export const guard = new PingStrikesHandler({ codec: beats, ...grpc.strikes });
const mqtt: MqttProfileOptions = { keepAlive: 10 };
export const others: Profile<Buffer>[] = [
  profiles.mqtt(mqtt),
  profiles.cim(cim),
  profiles.bolt(bolt),
  profiles.seata(),
  profiles.flamingo({ compress: true }),
];
const counted = profiles.idleCounter(any);
assertType<Equal<typeof counted, Profile<Beat>>>();
assertType<Equal<typeof lines, Profile<string>>>();
assertType<Equal<typeof profiles, Profiles>>();
