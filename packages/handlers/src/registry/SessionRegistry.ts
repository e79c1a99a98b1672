import { EventEmitter } from 'node:events';
import { type Channel, type ChannelHandlerContext, getLogger, outOfRange } from '@sluice/core';
import { CLOSE_REASON, type CloseReason } from '../close/CloseReason.js';
import { closeWith } from '../close/closeWith.js';
import { whenInactive } from '../close/whenInactive.js';
import { LoginRefusedException } from './errors.js';
import { Session } from './Session.js';

/**
 * What happens when a user logs in who is logged in already:
 * - `kick`: the first session is replaced; its channel gets the farewell and is closed;
 * - `refuse`: the second login fails;
 * - `coexist`: both stay. A second login from the same `device` replaces the first all the same.
 */
export type SecondLogin = 'kick' | 'refuse' | 'coexist';

/** How a {@link SessionRegistry} works. */
export interface SessionRegistryOptions<User = string> {
  /** Default `kick`. */
  readonly secondLogin?: SecondLogin;
  /** Most sessions at a time. Default: no limit. */
  readonly limit?: number;
  /** With `coexist`: most sessions of one user. Default: no limit. */
  readonly limitPerUser?: number;
  /**
   * The last message to a session that is replaced or, with the registry, closed: it must tell the client not to come
   * back, else two clients of one user kick each other for ever. `undefined`: none.
   */
  readonly farewell?: (session: Session<User>, replacedBy: Session<User> | undefined) => unknown;
  /** How long the farewell may take to leave and the peer to end its side, in ms, until it is cut off. Default 1000. */
  readonly farewellTimeout?: number;
}

/** What a {@link SessionRegistry} tells. Each session has one `online`, and one of the other two. */
export interface SessionRegistryEvents<User = string> {
  /** A user logged in. */
  online: [session: Session<User>];
  /** A session ended and no other one took its place: logged out, or its channel was closed (`reason`). */
  offline: [session: Session<User>, reason: CloseReason | undefined];
  /** A session ended because the same user logged in again: no `offline` for it. Told just before the other's `online`. */
  replaced: [session: Session<User>, by: Session<User>];
}

/** What a login may tell. */
export interface LoginOptions {
  /** On which kind of device; see `coexist`. */
  readonly device?: string;
}

const NOBODY: ReadonlySet<never> = new Set<never>();

/**
 * Who is logged in, and over which channel. The protocol's login handler calls `login`; a session ends with its channel.
 * Lookups are right as soon as the channel is closed; `offline` is told in the same tick, when the reason is known. The
 * late end of a replaced channel changes nothing.
 */
export class SessionRegistry<User = string> extends EventEmitter<SessionRegistryEvents<User>> {
  readonly #options: SessionRegistryOptions<User>;
  readonly #users = new Map<User, Set<Session<User>>>();
  readonly #byChannel = new Map<Channel, Session<User>>();
  #closed = false;

  /** @throws RangeError `ERR_OUT_OF_RANGE` for a limit below 1 */
  constructor(options: SessionRegistryOptions<User> = {}) {
    super();
    for (const name of ['limit', 'limitPerUser'] as const) {
      const limit = options[name];
      if (limit !== undefined && !(limit >= 1)) throw outOfRange(`${name}: ${limit} (expected: 1 or more)`);
    }
    this.#options = options;
  }

  /** Number of sessions. */
  get size(): number {
    return this.#byChannel.size;
  }
  /** Number of users with a session. */
  get users(): number {
    return this.#users.size;
  }
  /** Whether the user has a session. */
  isOnline(user: User): boolean {
    return this.#users.has(user);
  }
  /** The user's latest session, or the one on a device. */
  get(user: User, device?: string): Session<User> | undefined {
    let found: Session<User> | undefined;
    for (const session of this.of(user))
      if (device === undefined || session.device === device) found = session;
    return found;
  }
  /** All sessions of a user. */
  of(user: User): ReadonlySet<Session<User>> {
    return this.#users.get(user) ?? NOBODY;
  }
  /** The session that lives on a channel; none if it did not log in, or was replaced. */
  ofChannel(target: Channel | ChannelHandlerContext): Session<User> | undefined {
    return this.#byChannel.get(channelOf(target));
  }
  /** All sessions. */
  [Symbol.iterator](): IterableIterator<Session<User>> {
    return this.#byChannel.values();
  }

  /**
   * Logs a user in over a channel. The same login again gives the same session; another user on the same channel ends the
   * first one's session.
   * @throws LoginRefusedException (`ERR_LOGIN_REFUSED`) by `refuse`, above a limit, or when the registry or channel is closed
   */
  login(target: Channel | ChannelHandlerContext, user: User, options: LoginOptions = {}): Session<User> {
    const channel = channelOf(target);
    if (this.#closed || !channel.isOpen) {
      const what = this.#closed ? 'this server takes no more logins' : 'the channel is closed';
      throw new LoginRefusedException('closed', `${this.#who(user, channel)}: ${what}.`);
    }
    const present = this.#byChannel.get(channel);
    if (present !== undefined && present.user === user && present.device === options.device) return present;

    const session = new Session(user, options.device, channel);
    const rivals = this.#rivalsOf(session);
    this.#checkLimits(session, rivals, present);
    if (present !== undefined && !rivals.includes(present)) this.logout(channel);

    for (const rival of rivals) this.#remove(rival);
    this.#add(session);
    for (const rival of rivals) {
      this.emit('replaced', rival, session);
      if (rival.channel !== channel) this.#sendOff(rival, session);
    }
    this.emit('online', session);
    return session;
  }

  /** Ends the session of a channel, which stays open. Returns whether there was one. */
  logout(target: Channel | ChannelHandlerContext): boolean {
    const session = this.#byChannel.get(channelOf(target));
    if (session === undefined) return false;
    this.#remove(session);
    session.channel.closeFuture.removeListener(this.#channelClosed);
    this.emit('offline', session, undefined);
    return true;
  }

  /** Ends all sessions of a user with the farewell, and closes their channels as `kicked`. Returns how many. */
  kick(user: User): number {
    const sessions = [...this.of(user)];
    for (const session of sessions) this.#sendOff(session, undefined);
    return sessions.length;
  }

  /** Takes no more logins, and ends all sessions with the farewell. Resolves when their channels are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this, (session) => this.#sendOff(session, undefined, 'draining')));
  }

  // ---- inside ----------------------------------------------------------------------------------------------------

  /** Which sessions a new one takes the place of. */
  #rivalsOf(session: Session<User>): Session<User>[] {
    const { secondLogin = 'kick' } = this.#options;
    const all = [...this.of(session.user)];
    if (secondLogin === 'coexist') {
      return all.filter(
        (other) =>
          other.channel === session.channel ||
          (session.device !== undefined && other.device === session.device),
      );
    }
    const holder = all.find((other) => other.channel.isOpen && other.channel !== session.channel);
    if (secondLogin === 'refuse' && holder !== undefined) {
      const text = `${this.#who(session.user, session.channel)}: logged in already over ${String(holder.channel)}.`;
      throw new LoginRefusedException('duplicate', text);
    }
    return all;
  }

  #checkLimits(session: Session<User>, rivals: Session<User>[], present: Session<User> | undefined): void {
    const { limit = Infinity, limitPerUser = Infinity } = this.#options;
    const leaving = rivals.length + (present === undefined || rivals.includes(present) ? 0 : 1);
    const perUser = this.of(session.user).size - rivals.length >= limitPerUser;
    if (!perUser && this.size - leaving < limit) return;
    const what = perUser ? `this user has ${limitPerUser} sessions` : `there are ${limit} sessions`;
    const text = `${this.#who(session.user, session.channel)}: ${what} already, which is the limit.`;
    throw new LoginRefusedException('limit', text);
  }

  #who(user: User, channel: Channel): string {
    return `Login of ${String(user)} over ${String(channel)} refused`;
  }

  #add(session: Session<User>): void {
    const { user, channel } = session;
    const sessions = this.#users.get(user);
    if (sessions === undefined) this.#users.set(user, new Set([session]));
    else sessions.add(session);
    this.#byChannel.set(channel, session);
    channel.closeFuture.addListener(this.#channelClosed);
  }

  #remove(session: Session<User>): void {
    const sessions = this.#users.get(session.user);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#users.delete(session.user);
    this.#byChannel.delete(session.channel);
  }

  /** One listener for all channels. A channel whose session was replaced has none any more. */
  readonly #channelClosed = ({ channel }: { readonly channel: Channel }): void => {
    const session = this.#byChannel.get(channel);
    if (session === undefined) return;
    this.#remove(session);
    whenInactive(channel, () => this.emit('offline', session, channel.attr(CLOSE_REASON).get()));
  };

  #sendOff(
    session: Session<User>,
    by: Session<User> | undefined,
    kind: 'kicked' | 'draining' = 'kicked',
  ): Promise<void> {
    const { farewell, farewellTimeout = 1000 } = this.#options;
    let message: unknown;
    try {
      message = farewell?.(session, by);
    } catch (err) {
      getLogger().warn({ err }, `farewell() threw; ${String(session.channel)} is closed without one`);
    }
    return closeWith(session.channel, kind, message, farewellTimeout);
  }
}

function channelOf(target: Channel | ChannelHandlerContext): Channel {
  return 'channel' in target ? target.channel : target;
}
