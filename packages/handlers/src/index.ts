/**
 * Ready handlers that work with any codec: idle detection, timeouts, heartbeat, reconnecting, logging.
 *
 * @module @sluice/handlers
 */

export { AdminHandler } from './admin/AdminHandler.js';
export type { AdminCommand, AdminOptions } from './admin/AdminOptions.js';
export { adminInitializer } from './admin/adminInitializer.js';
export { detectPrefix, type ProtocolDetector } from './admin/detectPrefix.js';
export { ProtocolDetectionException } from './admin/errors.js';
export {
  type DetectableProtocol,
  ProtocolDetectionHandler,
  type ProtocolDetectionOptions,
} from './admin/ProtocolDetectionHandler.js';
export { CLOSE_REASON, type CloseKind, CloseReason, closeBecause } from './close/CloseReason.js';
export { CloseReasonHandler } from './close/CloseReasonHandler.js';
export { CloseStatistics } from './close/CloseStatistics.js';
export {
  ConnectionLostException,
  RequestTimeoutException,
  TooManyRequestsException,
} from './correlator/errors.js';
export {
  RequestCorrelator,
  type RequestCorrelatorOptions,
  type RequestIdSource,
  type RequestOptions,
} from './correlator/RequestCorrelator.js';
export {
  type RequestCall,
  RequestResponder,
  type RequestResponderOptions,
} from './correlator/RequestResponder.js';
export { type RequestIdOptions, requestIds } from './correlator/requestIds.js';
export { DrainEvent } from './drain/DrainEvent.js';
export { DRAIN, DrainHandler } from './drain/DrainHandler.js';
export type { DrainOptions, DrainRequest, DrainTiming, GoAway } from './drain/DrainOptions.js';
export { drain } from './drain/drain.js';
export { GoAwayHandler, type ReadGoAway } from './drain/GoAwayHandler.js';
export { ACTIVITY, ActivityHandler } from './evict/ActivityHandler.js';
export {
  type ChannelSource,
  ChannelSweep,
  type ChannelSweepOptions,
  type SweptChannels,
} from './evict/ChannelSweep.js';
export { CloseOnErrorHandler, type CloseOnErrorOptions } from './evict/CloseOnErrorHandler.js';
export { DeadlineHandler } from './evict/DeadlineHandler.js';
export {
  FirstMessageTimeoutException,
  FrameTimeoutException,
  IdleTimeoutException,
} from './evict/errors.js';
export { type FirstMessageOptions, FirstMessageTimeoutHandler } from './evict/FirstMessageTimeoutHandler.js';
export { FrameTimeoutHandler } from './evict/FrameTimeoutHandler.js';
export { IdleCloseHandler, type IdleCloseOptions } from './evict/IdleCloseHandler.js';
export {
  checkKeepAlive,
  KEEP_ALIVE,
  type KeepAlive,
  type KeepAliveOptions,
  keepAlive,
} from './evict/keepAlive.js';
export {
  AdaptiveInterval,
  type AdaptiveIntervalOptions,
  type IntervalStore,
  type LearnedInterval,
} from './heartbeat/AdaptiveInterval.js';
export { type BinaryHeartbeatOptions, binaryHeartbeat } from './heartbeat/codecs/binaryHeartbeat.js';
export {
  type BoltHeartbeatOptions,
  boltFrameDecoder,
  boltHeartbeat,
} from './heartbeat/codecs/boltHeartbeat.js';
export { type CimHeartbeatOptions, cimFrameDecoder, cimHeartbeat } from './heartbeat/codecs/cimHeartbeat.js';
export {
  type DubboHeartbeatOptions,
  dubboFrameDecoder,
  dubboHeartbeat,
} from './heartbeat/codecs/dubboHeartbeat.js';
export {
  type FlamingoHeartbeatOptions,
  flamingoFrameDecoder,
  flamingoHeartbeat,
} from './heartbeat/codecs/flamingoHeartbeat.js';
export { mqttFrameDecoder, mqttHeartbeat } from './heartbeat/codecs/mqttHeartbeat.js';
export { seataFrameDecoder, seataHeartbeat } from './heartbeat/codecs/seataHeartbeat.js';
export { type TextHeartbeatOptions, textHeartbeat } from './heartbeat/codecs/textHeartbeat.js';
export {
  type WebSocketHeartbeatOptions,
  type WebSocketRole,
  webSocketFrameDecoder,
  webSocketHeartbeat,
} from './heartbeat/codecs/webSocketHeartbeat.js';
export {
  HeartbeatDataException,
  HeartbeatTimeoutException,
  HeartbeatWriteException,
  TooManyPingsException,
} from './heartbeat/errors.js';
export { eventLoopLag } from './heartbeat/eventLoopLag.js';
export type { FailureDetector } from './heartbeat/FailureDetector.js';
export { HeartbeatEvent, type HeartbeatEventType } from './heartbeat/HeartbeatEvent.js';
export { HeartbeatHandler } from './heartbeat/HeartbeatHandler.js';
export type {
  HeartbeatCodec,
  HeartbeatData,
  HeartbeatKind,
  HeartbeatMode,
  HeartbeatOptions,
  HeartbeatTiming,
  PingInfo,
  PongInfo,
} from './heartbeat/HeartbeatOptions.js';
export type { IntervalPolicy } from './heartbeat/IntervalPolicy.js';
export { HEARTBEAT, isHeartbeat } from './heartbeat/marker.js';
export {
  type AgreedHeartbeat,
  amqpHeartbeat,
  grpcAfterTooManyPings,
  mqttKeepAlive,
  stompHeartBeat,
} from './heartbeat/negotiation.js';
export { PhiAccrualDetector, type PhiAccrualOptions } from './heartbeat/PhiAccrualDetector.js';
export { PingStrikesHandler, type PingStrikesOptions } from './heartbeat/PingStrikesHandler.js';
export {
  type ByteBufFormat,
  LoggingHandler,
  type LoggingOptions,
  type LogLevel,
} from './logging/LoggingHandler.js';
export type { Profile, ProfileBound, ProfileOptions, ProfileReconnect } from './profiles/Profile.js';
export {
  type AnyCodecProfileOptions,
  type GrpcProfile,
  type GrpcProfileOptions,
  type GrpcStrikes,
  type MqttProfileOptions,
  type Profiles,
  profiles,
} from './profiles/profiles.js';
export {
  Backoff,
  type BackoffOptions,
  GRPC_BACKOFF,
  type Jitter,
  seededRandom,
} from './reconnect/Backoff.js';
export type { ClientBootstrap } from './reconnect/ConnectAttempt.js';
export type { EndpointSource } from './reconnect/Endpoints.js';
export {
  MessageDroppedException,
  ReconnectFailedException,
  SendQueueFullException,
} from './reconnect/errors.js';
export { ReconnectAfterEvent } from './reconnect/ReconnectAfter.js';
export {
  type ChannelLostListener,
  type ReconnectAfterListener,
  ReconnectHandler,
} from './reconnect/ReconnectHandler.js';
export { ReconnectingClient } from './reconnect/ReconnectingClient.js';
export type {
  ClientInfo,
  ClientState,
  ReconnectingClientEvents,
} from './reconnect/ReconnectingClientEvents.js';
export type { RaceOptions, ReconnectingClientOptions } from './reconnect/ReconnectingClientOptions.js';
export type { SendQueueOptions, SendQueuePolicy } from './reconnect/SendQueue.js';
export {
  type ChannelKey,
  ChannelRegistry,
  type ChannelRegistryEvents,
} from './registry/ChannelRegistry.js';
export { type LoginRefusal, LoginRefusedException } from './registry/errors.js';
export type { WatchingHandler } from './registry/onceActive.js';
export { Session } from './registry/Session.js';
export {
  type LoginOptions,
  type SecondLogin,
  SessionRegistry,
  type SessionRegistryEvents,
  type SessionRegistryOptions,
} from './registry/SessionRegistry.js';
export { binaryResumeCodec } from './resume/binaryResumeCodec.js';
export { ClientResumeSession } from './resume/ClientResumeSession.js';
export {
  ResumeBufferFullException,
  type ResumeFailedDetails,
  ResumeFailedException,
  type ResumeFailure,
  ResumeProtocolException,
} from './resume/errors.js';
export type { ResumeCodec, ResumeControl, ResumeReceiver } from './resume/ResumeCodec.js';
export { ResumeEvent, type ResumeEventType } from './resume/ResumeEvent.js';
export type { ResumeHandler } from './resume/ResumeHandler.js';
export type { ResumeOptions } from './resume/ResumeOptions.js';
export {
  RESUME_SESSION,
  ResumeSession,
  type ResumeSessionEvents,
  type ResumeState,
} from './resume/ResumeSession.js';
export { ResumeStore, type ResumeStoreEvents, type ResumeStoreOptions } from './resume/ResumeStore.js';
export { ReadTimeoutException, TimeoutException, WriteTimeoutException } from './timeout/errors.js';
export { IdleState, IdleStateEvent } from './timeout/IdleStateEvent.js';
export { IdleStateHandler, type IdleStateOptions } from './timeout/IdleStateHandler.js';
export { ReadTimeoutHandler } from './timeout/ReadTimeoutHandler.js';
export { WriteTimeoutHandler } from './timeout/WriteTimeoutHandler.js';
