export { CLOSE_REASON } from './heartbeat/closeReason.js';
export { HeartbeatTimeoutException, HeartbeatWriteException } from './heartbeat/errors.js';
export { HeartbeatEvent, type HeartbeatEventType } from './heartbeat/HeartbeatEvent.js';
export { HeartbeatHandler } from './heartbeat/HeartbeatHandler.js';
export type {
  HeartbeatCodec,
  HeartbeatMode,
  HeartbeatOptions,
  PingInfo,
} from './heartbeat/HeartbeatOptions.js';
export {
  type ByteBufFormat,
  LoggingHandler,
  type LoggingOptions,
  type LogLevel,
} from './logging/LoggingHandler.js';
export { Backoff, type BackoffOptions, type Jitter, seededRandom } from './reconnect/Backoff.js';
export type { ClientBootstrap } from './reconnect/ConnectAttempt.js';
export type { EndpointSource } from './reconnect/Endpoints.js';
export { ReconnectFailedException } from './reconnect/errors.js';
export { type ChannelLostListener, ReconnectHandler } from './reconnect/ReconnectHandler.js';
export {
  type ClientState,
  ReconnectingClient,
  type ReconnectingClientEvents,
} from './reconnect/ReconnectingClient.js';
export type { ReconnectingClientOptions } from './reconnect/ReconnectingClientOptions.js';
export { ReadTimeoutException, TimeoutException, WriteTimeoutException } from './timeout/errors.js';
export { IdleState, IdleStateEvent } from './timeout/IdleStateEvent.js';
export { IdleStateHandler, type IdleStateOptions } from './timeout/IdleStateHandler.js';
export { ReadTimeoutHandler } from './timeout/ReadTimeoutHandler.js';
export { WriteTimeoutHandler } from './timeout/WriteTimeoutHandler.js';
