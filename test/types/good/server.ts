/** What a server does with its connections: who is there, who has to go, drain, administration. */
import { ProtocolDetectionResult } from '@sluice/codec';
import { type AttributeKey, type Channel, pipeline } from '@sluice/core';
import {
  type ACTIVITY,
  ActivityHandler,
  type AdminCommand,
  AdminHandler,
  type AdminOptions,
  adminInitializer,
  type ChannelKey,
  ChannelRegistry,
  type ChannelRegistryEvents,
  type ChannelSource,
  ChannelSweep,
  type ChannelSweepOptions,
  CloseOnErrorHandler,
  type CloseOnErrorOptions,
  type CloseReason,
  CloseStatistics,
  checkKeepAlive,
  DeadlineHandler,
  type DetectableProtocol,
  type DRAIN,
  DrainEvent,
  DrainHandler,
  type DrainOptions,
  type DrainRequest,
  type DrainTiming,
  detectPrefix,
  drain,
  type FirstMessageOptions,
  FirstMessageTimeoutException,
  FirstMessageTimeoutHandler,
  FrameTimeoutException,
  FrameTimeoutHandler,
  type GoAway,
  GoAwayHandler,
  IdleCloseHandler,
  type IdleCloseOptions,
  IdleTimeoutException,
  type KEEP_ALIVE,
  type KeepAlive,
  type KeepAliveOptions,
  keepAlive,
  type LoginOptions,
  type LoginRefusal,
  LoginRefusedException,
  ProtocolDetectionException,
  ProtocolDetectionHandler,
  type ProtocolDetectionOptions,
  type ProtocolDetector,
  type ReadGoAway,
  ReconnectAfterEvent,
  type SecondLogin,
  type Session,
  SessionRegistry,
  type SessionRegistryEvents,
  type SessionRegistryOptions,
  type SweptChannels,
  type WatchingHandler,
} from '@sluice/handlers';
import { assertType, type Equal } from '../support/assertType.js';

// ---- who is there -------------------------------------------------------------------------------------------------------

const channels = new ChannelRegistry();
channels.on('removed', (key, channel) => {
  assertType<Equal<typeof key, string>>();
  assertType<Equal<typeof channel, Channel>>();
});
assertType<Equal<keyof ChannelRegistryEvents<number>, 'added' | 'removed'>>();
const byLength: ChannelKey<number> = (channel) => channel.id.asLongText().length;
const numbered = new ChannelRegistry<number>(byLength);
export const found: Channel | undefined = numbered.get(7) ?? channels.index(byLength).get(7);
const watching: WatchingHandler = channels.handler();

const secondLogin: SecondLogin = 'coexist';
const rules: SessionRegistryOptions<number> = { secondLogin, farewell: (old) => `bye ${old.user}` };
const sessions = new SessionRegistry(rules);
sessions.on('offline', (session, reason) => {
  assertType<Equal<typeof session, Session<number>>>();
  assertType<Equal<typeof reason, CloseReason | undefined>>();
});
assertType<Equal<keyof SessionRegistryEvents, 'online' | 'offline' | 'replaced'>>();
export function login(channel: Channel, user: number): LoginRefusal | undefined {
  const options: LoginOptions = { device: 'phone' };
  try {
    sessions.login(channel, user, options);
    return undefined;
  } catch (error) {
    if (error instanceof LoginRefusedException) return error.refusal;
    throw error;
  }
}

// ---- who has to go ------------------------------------------------------------------------------------------------------

const idle: IdleCloseOptions = { idle: 5000, count: 3 };
const first: FirstMessageOptions = { timeout: 3000, isFirst: (message) => message === 'login' };
const errors: CloseOnErrorOptions = { log: 'info' };
const goAway = ({ after, reason }: GoAway): 'down' | undefined =>
  after > 0 && reason !== undefined ? 'down' : undefined;
const timing: DrainTiming = { grace: 1000, spread: 500, linger: 50 };
const draining: DrainOptions<'down'> = { ...timing, goAway };
const readGoAway: ReadGoAway = (message) => (message === 'up' ? new ReconnectAfterEvent(5) : undefined);
const closed = new CloseStatistics();
export const guarded = pipeline<'up', 'down'>()
  .addLast(watching)
  .addLast(closed.handler())
  .addLast(() => new ActivityHandler())
  .addLast(() => new FrameTimeoutHandler(5000))
  .addLast(() => new IdleCloseHandler(idle))
  .addLast(() => new FirstMessageTimeoutHandler(first))
  .addLast(() => new DrainHandler(draining))
  .addLast(() => new GoAwayHandler(readGoAway))
  .addLast(new CloseOnErrorHandler(errors))
  .build((tail) => {
    assertType<Equal<ReturnType<typeof tail.inbound>, AsyncIterableIterator<'up'>>>();
  });
assertType<Equal<typeof ACTIVITY, AttributeKey<ActivityHandler>>>();
assertType<Equal<typeof DRAIN, AttributeKey<DrainHandler>>>();
assertType<Equal<typeof KEEP_ALIVE, AttributeKey<KeepAlive>>>();

const source: ChannelSource = channels;
const swept: SweptChannels = source;
const sweeping: ChannelSweepOptions = { limit: 60_000 };
export const sweep = new ChannelSweep(swept, sweeping);
const request: DrainRequest = { reason: 'update' };
export const drained: Promise<void> = drain(new Set<Channel>(), request);
export const until = (event: unknown): number | undefined =>
  event instanceof DrainEvent ? event.deadline : undefined;

const probes: KeepAliveOptions = { idle: 60_000, heartbeat: 30_000 };
export const fits: KeepAlive = checkKeepAlive(probes);
export const set = (channel: Channel): KeepAlive => keepAlive(channel, probes);

export const isVerdict = (handler: object): boolean => handler instanceof DeadlineHandler;

// ---- administration -----------------------------------------------------------------------------------------------------

const users: AdminCommand = { help: 'users: how many', run: () => String(sessions.users) };
const admin: AdminOptions = { channels, closed, commands: { users }, disabled: ['close'] };
export const lines = pipeline<string, string>()
  .addLast(() => new AdminHandler(admin))
  .build();
const magic: ProtocolDetector = (bytes) =>
  bytes[0] === 1 ? ProtocolDetectionResult.detected('mine') : ProtocolDetectionResult.invalid();
const protocols: DetectableProtocol[] = [
  { detect: detectPrefix(':'), install: adminInitializer(admin) },
  { detect: magic, install: (channel) => void channel.pipeline.addLast(watching) },
];
const detection: ProtocolDetectionOptions = { protocols, timeout: 5000 };
export const shared = pipeline<Buffer, Buffer>()
  .addLast(() => new ProtocolDetectionHandler(detection))
  .build();

export const verdicts: readonly Error[] = [
  new IdleTimeoutException(),
  new FirstMessageTimeoutException(),
  new FrameTimeoutException(),
  new ProtocolDetectionException(),
];
