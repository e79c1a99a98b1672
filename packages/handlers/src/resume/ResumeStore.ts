import { Buffer } from 'node:buffer';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { getLogger, type ScheduledTask } from '@sluice/core';
import { closeBecause } from '../close/CloseReason.js';
import { type ResumeFailure, ResumeProtocolException } from './errors.js';
import type { Budget } from './ReplayBuffer.js';
import type { ResumeControl } from './ResumeCodec.js';
import type { ResumeEvent } from './ResumeEvent.js';
import { type ResumeEnd, ResumeHandler, type Resumption } from './ResumeHandler.js';
import { checkCount, type ResumeOptions, type ResumeSettings, resumeSettings } from './ResumeOptions.js';
import { type ResumeLink, ResumeSession } from './ResumeSession.js';

/** How a {@link ResumeStore} behaves: as each of its sessions, and limits for all of them. */
export interface ResumeStoreOptions<Message, Frame> extends ResumeOptions<Message, Frame> {
  /** Sessions at most, with and without a connection (default 10000). A client beyond is refused; it may try again. */
  readonly maxSessions?: number;
  /** Bytes of the unacknowledged messages of all sessions, 96 more for each message (default 256 MiB). */
  readonly maxTotalBytes?: number;
}

/** The events of a {@link ResumeStore}. What a listener throws is logged. */
export interface ResumeStoreEvents<Message> {
  /** Something happened to a session, whether it has a connection or not. */
  session: [event: ResumeEvent<Message>];
}

type Open = ResumeControl & { readonly type: 'open' };

/** Lengths that an id and a token may have: a shorter one could be guessed, a longer one is a waste. */
const MIN_SECRET = 16;
const MAX_SECRET = 64;

/**
 * The server's end of all sessions, in memory. Make it once; `handler()` gives the handler for each accepted channel.
 * A `new` event tells of each session. One timer serves all sessions that wait for their client.
 *
 * A client that comes back while its old channel still seems alive takes over: the old one is closed first
 * (`CLOSE_REASON` `'kicked'`), and nothing that it still says counts. A wrong token closes the channel that sent it.
 */
export class ResumeStore<Message, Frame = Message> extends EventEmitter<ResumeStoreEvents<Message>> {
  readonly #settings: ResumeSettings<Message, Frame>;
  readonly #maxSessions: number;
  readonly #budget: Budget;
  readonly #sessions: Map<string, ServerResumeSession<Message>> = new Map();
  /** Without a connection; all wait equally long, so the first one is the first to expire. */
  readonly #offline: Set<ServerResumeSession<Message>> = new Set();
  #timer: ScheduledTask | undefined;
  /** Tells sessions that expired from those this life of the server never had. */
  readonly #server: string = randomBytes(12).toString('base64url');

  readonly #end: ResumeEnd<Message> = {
    begin: () => undefined,
    shake: (link, control) => this.#shake(link, control),
  };

  /** @throws ConfigException for unusable options */
  constructor(options: ResumeStoreOptions<Message, Frame>) {
    super();
    const { maxSessions = 10_000, maxTotalBytes = 256 * 1024 * 1024 } = options;
    this.#settings = resumeSettings(options);
    checkCount('maxSessions', maxSessions);
    checkCount('maxTotalBytes', maxTotalBytes);
    this.#maxSessions = maxSessions;
    this.#budget = { used: 0, limit: maxTotalBytes };
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#sessions.size;
  }
  /** Bytes of all unacknowledged messages, 96 more for each. */
  get bufferedBytes(): number {
    return this.#budget.used;
  }
  /** The session with this id. */
  get(id: string): ResumeSession<Message> | undefined {
    return this.#sessions.get(id);
  }
  /** All sessions. */
  sessions(): IterableIterator<ResumeSession<Message>> {
    return this.#sessions.values();
  }
  /** The handler for the pipeline of an accepted channel. */
  handler(): ResumeHandler<Message, Frame> {
    return new ResumeHandler(this.#settings, this.#end);
  }

  /** Gives all sessions up: each fails with the reason `destroyed`, and its connection is closed. */
  close(): void {
    for (const session of [...this.#sessions.values()]) session.destroy();
  }

  // ---- the handshake ---------------------------------------------------------------------------------------------

  #shake(link: ResumeLink<Message>, control: ResumeControl): Resumption<Message> | undefined {
    if (control.type !== 'open') throw new ResumeProtocolException(`A server got '${control.type}'`);
    checkOpen(control);
    const known = this.#sessions.get(control.id);
    if (known === undefined) {
      if (control.server !== '') {
        refuse(link, control.server === this.#server ? 'expired' : 'unknown');
        return undefined;
      }
      return this.#create(link, control);
    }
    if (!known.hasToken(control.token)) {
      refuse(link, 'token');
      throw new ResumeProtocolException(`A wrong token for the session ${control.id}`);
    }
    if (!known.agrees(control.received)) {
      known.mismatch(link);
      refuse(link, 'mismatch');
      return undefined;
    }
    return this.#goOn(known, link, 'resumed', control.received);
  }

  #create(link: ResumeLink<Message>, { id, token, received }: Open): Resumption<Message> | undefined {
    if (received !== 0) throw new ResumeProtocolException(`A new session with ${received} messages`);
    if (this.#sessions.size >= this.#maxSessions) {
      refuse(link, 'overflow');
      link.close('local', new ResumeProtocolException(`There are ${this.#maxSessions} sessions already`));
      return undefined;
    }
    const session = new ServerResumeSession<Message>(this.#settings, this.#budget, id, token, this.#owner);
    this.#sessions.set(id, session);
    return this.#goOn(session, link, 'new', 0);
  }

  #goOn(
    session: ServerResumeSession<Message>,
    link: ResumeLink<Message>,
    type: 'new' | 'resumed',
    received: number,
  ): Resumption<Message> {
    this.#offline.delete(session);
    session.attach(link);
    const { expiry } = this.#settings;
    link.sendControl({ type: 'opened', server: this.#server, received: session.received, expiry });
    return { session, type, received };
  }

  // ---- what sessions report --------------------------------------------------------------------------------------

  readonly #owner: Owner<Message> = {
    offline: (session) => {
      const { expiry, loop } = this.#settings;
      if (expiry === 0) {
        session.fail('expired');
        return;
      }
      if (expiry === Number.POSITIVE_INFINITY) return;
      session.expiresAt = loop.now + expiry;
      this.#offline.add(session);
      if (this.#timer === undefined) this.#sweepIn(expiry);
    },
    over: (session) => {
      this.#offline.delete(session);
      this.#sessions.delete(session.id);
      if (this.#offline.size === 0) this.#sweepIn(undefined);
    },
    told: (event) => {
      try {
        this.emit('session', event as never);
      } catch (error) {
        getLogger().warn({ err: error }, "A listener for 'session' of a ResumeStore threw");
      }
    },
  };

  readonly #sweep = (): void => {
    const { now } = this.#settings.loop;
    for (const session of this.#offline) {
      if (session.expiresAt > now) {
        this.#sweepIn(session.expiresAt - now);
        return;
      }
      this.#offline.delete(session);
      session.fail('expired');
    }
    this.#sweepIn(undefined);
  };

  /** There is one timer at most. */
  #sweepIn(delay: number | undefined): void {
    this.#timer?.cancel();
    this.#timer = delay === undefined ? undefined : this.#settings.loop.scheduleCoarse(this.#sweep, delay);
  }
}

/** What a session tells its store. */
interface Owner<Message> {
  offline(session: ServerResumeSession<Message>): void;
  over(session: ServerResumeSession<Message>): void;
  told(event: ResumeEvent<Message>): void;
}

class ServerResumeSession<Message> extends ResumeSession<Message> {
  readonly id: string;
  readonly #token: Buffer;
  readonly #owner: Owner<Message>;
  expiresAt = Number.POSITIVE_INFINITY;

  constructor(
    settings: ResumeSettings<Message, unknown>,
    budget: Budget,
    id: string,
    token: string,
    owner: Owner<Message>,
  ) {
    super({ ...settings, budget });
    this.id = id;
    this.#token = Buffer.from(token);
    this.#owner = owner;
  }

  /** Takes equally long whatever the difference. */
  hasToken(token: string): boolean {
    const bytes = Buffer.from(token);
    return bytes.length === this.#token.length && timingSafeEqual(bytes, this.#token);
  }

  /** The client has lost count: the session cannot go on, over whatever channel. */
  mismatch(link: ResumeLink<Message>): void {
    const { channel } = this;
    this.fail('mismatch');
    if (channel === null || channel === link.channel) return;
    closeBecause(channel, 'kicked', new ResumeProtocolException(`The client of ${this.id} has lost count`));
  }

  protected override wentOffline(): void {
    this.#owner.offline(this);
  }
  protected override wentOver(): void {
    this.#owner.over(this);
  }
  protected override begunAnew(): boolean {
    return false;
  }
  protected override told(event: ResumeEvent<Message>): void {
    this.#owner.told(event);
  }
}

function refuse<Message>(link: ResumeLink<Message>, reason: ResumeFailure): void {
  link.sendControl({ type: 'failed', reason });
  link.flush();
}

function checkOpen(open: Open): void {
  for (const secret of [open.id, open.token]) {
    if (typeof secret !== 'string' || secret.length < MIN_SECRET || secret.length > MAX_SECRET) {
      throw new ResumeProtocolException(
        `An id and a token have ${MIN_SECRET} to ${MAX_SECRET} characters; the peer's do not`,
      );
    }
  }
}
