/** The handlers that come ready, and what watches a connection from outside. */
import {
  type AttributeKey,
  Bootstrap,
  type Channel,
  type ChannelFuture,
  pipeline,
  type SocketAddress,
} from '@sluice/core';
import {
  Backoff,
  type BackoffOptions,
  type ByteBufFormat,
  binaryResumeCodec,
  type ChannelLostListener,
  CLOSE_REASON,
  type ClientBootstrap,
  ClientResumeSession,
  type ClientState,
  type CloseKind,
  type CloseReason,
  CloseReasonHandler,
  closeBecause,
  type EndpointSource,
  type HeartbeatCodec,
  HeartbeatEvent,
  type HeartbeatEventType,
  HeartbeatHandler,
  type HeartbeatMode,
  type HeartbeatOptions,
  IdleState,
  IdleStateEvent,
  IdleStateHandler,
  type IdleStateOptions,
  type Jitter,
  LoggingHandler,
  type LoggingOptions,
  type LogLevel,
  type PingInfo,
  RESUME_SESSION,
  ReadTimeoutHandler,
  ReconnectHandler,
  ReconnectingClient,
  type ReconnectingClientEvents,
  type ReconnectingClientOptions,
  ResumeBufferFullException,
  type ResumeCodec,
  type ResumeControl,
  ResumeEvent,
  type ResumeEventType,
  type ResumeFailedDetails,
  ResumeFailedException,
  type ResumeFailure,
  type ResumeHandler,
  type ResumeOptions,
  ResumeProtocolException,
  type ResumeReceiver,
  type ResumeSession,
  type ResumeSessionEvents,
  type ResumeState,
  ResumeStore,
  type ResumeStoreEvents,
  type ResumeStoreOptions,
  seededRandom,
  WriteTimeoutHandler,
} from '@sluice/handlers';
import { assertType, type Equal } from '../support/assertType.js';

// ---- they leave messages as they are, so they fit anywhere --------------------------------------------------------------

const idle: IdleStateOptions = { readerIdle: 5000, observeOutput: true };
const logging: LoggingOptions = { level: 'info', format: 'SIMPLE' };
const lost: ChannelLostListener = (channel, cause) => console.log(String(channel), cause?.message);
const watched = pipeline<'up', 'down'>()
  .addLast(() => new IdleStateHandler(idle))
  .addLast(() => new ReadTimeoutHandler(5000))
  .addLast(() => new WriteTimeoutHandler(5000))
  .addLast(new LoggingHandler(logging))
  .addLast(() => new ReconnectHandler(lost))
  .build((tail) => {
    assertType<Equal<ReturnType<typeof tail.inbound>, AsyncIterableIterator<'up'>>>();
    assertType<Equal<Parameters<typeof tail.write>[0], 'down'>>();
  });
export const server: unknown = watched;
assertType<Equal<LogLevel, 'debug' | 'info' | 'warn' | 'error'>>();
assertType<Equal<ByteBufFormat, 'HEX_DUMP' | 'SIMPLE'>>();

export function told(event: unknown): IdleState | HeartbeatEventType | undefined {
  if (event instanceof IdleStateEvent) return event.state === IdleState.READER_IDLE ? event.state : undefined;
  return event instanceof HeartbeatEvent ? event.type : undefined;
}
assertType<Equal<IdleState, 'READER_IDLE' | 'WRITER_IDLE' | 'ALL_IDLE'>>();

// ---- heartbeats are of the messages that are written at their place -----------------------------------------------------

interface Beat {
  readonly beat: number;
}
const codec: HeartbeatCodec<Beat> = {
  ping(info) {
    assertType<Equal<typeof info, PingInfo>>();
    return { beat: info.nonce };
  },
  pong: (ping) => ping,
  isPing: (message) => typeof message === 'object',
  isPong: () => true,
  nonceOf: (pong) => pong.beat,
};
const mode: HeartbeatMode = 'write-idle';
const options: HeartbeatOptions<Beat> = { codec, mode, interval: 1000 };
export const beating = pipeline<Beat, Beat>()
  .addLast('beat', () => new HeartbeatHandler(options))
  .build((tail) => {
    const rtt = tail.get('beat').rtt;
    assertType<Equal<typeof rtt, number | undefined>>();
  });

// ---- why a connection ended -------------------------------------------------------------------------------------------

assertType<Equal<typeof CLOSE_REASON, AttributeKey<CloseReason>>>();
const kind: CloseKind = 'kicked';
export function kick(channel: Channel): ChannelFuture {
  const told: CloseReason | undefined = channel.attr(CLOSE_REASON).get();
  return closeBecause(channel, told?.kind ?? kind, told?.cause);
}
export const reasoned = pipeline<'up', 'down'>()
  .addLast(() => new CloseReasonHandler())
  .build();

// ---- reconnecting ---------------------------------------------------------------------------------------------------------

const jitter: Jitter = 'equal';
const backoff: BackoffOptions = { base: 100, jitter, random: seededRandom(1) };
export const delay: number = new Backoff(backoff).delay(1);
const endpoints: EndpointSource = async () => [{ host: 'localhost', port: 1 }];
const bootstrap: ClientBootstrap = new Bootstrap();
const how: ReconnectingClientOptions = { bootstrap, endpoints, backoff };
const client = new ReconnectingClient(how);
client.on('state', (state, previous) => {
  assertType<Equal<typeof state, ClientState>>();
  assertType<Equal<typeof previous, ClientState>>();
});
client.on('connected', (channel, endpoint) => {
  assertType<Equal<typeof channel, Channel>>();
  assertType<Equal<typeof endpoint, SocketAddress>>();
});
assertType<
  Equal<
    keyof ReconnectingClientEvents,
    | 'state'
    | 'attempt'
    | 'attemptFailed'
    | 'connected'
    | 'lost'
    | 'backoff'
    | 'relocating'
    | 'retired'
    | 'unsent'
  >
>();
assertType<Equal<Awaited<ReturnType<typeof client.connect>>, Channel>>();

// ---- sessions that survive a reconnect --------------------------------------------------------------------------------------

interface Envelope {
  readonly head: readonly [seq: number, received: number] | ResumeControl;
  readonly body?: string;
}
const envelopes: ResumeCodec<string, Envelope> = {
  data: (seq, received, body) => ({ head: [seq, received], body }),
  control: (head) => ({ head }),
  read({ head, body }, into: ResumeReceiver<string>) {
    if ('type' in head) into.control(head);
    else into.data(head[0], head[1], body ?? '');
  },
};
const resume: ResumeOptions<string, Envelope> = { codec: envelopes, expiry: 60_000 };
const session = new ClientResumeSession(resume);
const state: ResumeState = session.state;
session.on('session', ({ type, error }) => {
  assertType<Equal<typeof type, ResumeEventType>>();
  const lost: readonly string[] | undefined = error?.unacknowledged;
  const why: ResumeFailure | undefined = error?.reason;
  console.log(state, lost, why);
});
assertType<Equal<keyof ResumeSessionEvents<string>, 'session' | 'writable'>>();
assertType<Equal<keyof ResumeStoreEvents<string>, 'session'>>();
export const resumed = pipeline<Envelope, Envelope>()
  .addLast((): ResumeHandler<string, Envelope> => session.handler())
  .build((tail) => {
    assertType<Equal<ReturnType<typeof tail.inbound>, AsyncIterableIterator<string>>>();
  });
const storeOptions: ResumeStoreOptions<Buffer, Buffer> = { codec: binaryResumeCodec, maxSessions: 10 };
export const store = new ResumeStore(storeOptions);
export function report(channel: Channel, event: unknown): ResumeSession<string> | undefined {
  if (event instanceof ResumeEvent) console.log(event.type, event.replayed);
  return channel.attr(RESUME_SESSION).get();
}
const details: ResumeFailedDetails<string> = { reason: 'expired', unacknowledged: ['x'], unsent: 1 };
export const resumeErrors: readonly Error[] = [
  new ResumeFailedException('failed', details),
  new ResumeBufferFullException(),
  new ResumeProtocolException(),
];
