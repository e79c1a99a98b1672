import { randomBytes } from 'node:crypto';
import { IllegalStateException, type ScheduledTask } from '@sluice/core';
import { ResumeFailedException, ResumeProtocolException } from './errors.js';
import type { ResumeControl } from './ResumeCodec.js';
import { type ResumeEnd, ResumeHandler, type Resumption } from './ResumeHandler.js';
import { type ResumeOptions, type ResumeSettings, resumeSettings } from './ResumeOptions.js';
import { type ResumeLink, ResumeSession, type ResumeState } from './ResumeSession.js';

/**
 * The client's end of a session. Make it once; `handler()` gives the handler for each connection, which a
 * `ReconnectingClient` may make. Messages may be sent at any time, also before the first connection; they wait in the
 * buffer.
 *
 * When the server does not know the session any more, or the connection was away for longer than the session is kept, it
 * fails: a `failed` event has the messages that were not confirmed, and this object begins a new session, with a new
 * `id`, by itself. Only `end()` and `destroy()` are for good; close the client then.
 */
export class ClientResumeSession<Message, Frame = Message> extends ResumeSession<Message> {
  readonly #own: ResumeSettings<Message, Frame>;
  #id = secret(16);
  #token = secret(32);
  /** What the server called itself; empty as long as it does not know of the session. */
  #server = '';
  #expiry: number;
  #expiresAt = Number.POSITIVE_INFINITY;
  #timer: ScheduledTask | undefined;
  readonly #end: ResumeEnd<Message> = {
    begin: (link) => this.#begin(link),
    shake: (link, control) => this.#shake(link, control),
  };

  /** @throws ConfigException for unusable options */
  constructor(options: ResumeOptions<Message, Frame>) {
    const settings = resumeSettings(options);
    super({ ...settings, budget: { used: 0, limit: Number.POSITIVE_INFINITY } });
    this.#own = settings;
    this.#expiry = settings.expiry;
  }

  override get id(): string {
    return this.#id;
  }
  override get state(): ResumeState {
    const state = super.state;
    return state === 'offline' && this.#server === '' ? 'opening' : state;
  }

  /** The handler for the pipeline of a new connection. */
  handler(): ResumeHandler<Message, Frame> {
    return new ResumeHandler(this.#own, this.#end);
  }

  // ---- the handshake ---------------------------------------------------------------------------------------------

  #begin(link: ResumeLink<Message>): ResumeSession<Message> | undefined {
    if (this.state === 'over') {
      link.close(
        'local',
        new IllegalStateException(`The session ${this.#id} is over; close the client, too`),
      );
      return undefined;
    }
    this.#timer?.cancel();
    this.attach(link);
    this.#open(link);
    return this;
  }

  #open(link: ResumeLink<Message>): void {
    const { received } = this;
    link.sendControl({ type: 'open', id: this.#id, token: this.#token, server: this.#server, received });
  }

  #shake(link: ResumeLink<Message>, control: ResumeControl): Resumption<Message> | undefined {
    if (!this.isAttachedTo(link)) return undefined;
    if (control.type === 'opened') return this.#opened(control);
    if (control.type !== 'failed') throw new ResumeProtocolException(`A client got '${control.type}'`);
    const { reason } = control;
    if (reason === 'overflow') {
      // The server may have room later; nothing is lost so far.
      link.close(
        'error',
        new ResumeFailedException('The server takes no more sessions at the moment', { reason }),
      );
      return undefined;
    }
    if (this.#server === '')
      throw new ResumeProtocolException(`The server refused to begin a session (${reason})`);
    this.fail(reason);
    if (!this.isAttachedTo(link)) return undefined;
    this.#open(link);
    return undefined;
  }

  #opened(control: ResumeControl & { readonly type: 'opened' }): Resumption<Message> {
    const { received, server, expiry } = control;
    if (server === '' || !(expiry >= 0)) throw new ResumeProtocolException("An 'opened' that makes no sense");
    if (!this.agrees(received)) {
      this.fail('mismatch');
      throw new ResumeProtocolException(`The server says that it received ${received} messages`);
    }
    const type = this.#server === '' ? 'new' : 'resumed';
    this.#server = server;
    this.#expiry = Math.min(this.#own.expiry, expiry);
    this.#expiresAt = Number.POSITIVE_INFINITY;
    return { session: this, type, received };
  }

  // ---- without a connection --------------------------------------------------------------------------------------

  /** @internal */
  protected override wentOffline(): void {
    if (this.#server === '') return;
    const { loop } = this.#own;
    // Attempts that came to nothing do not make it longer.
    if (this.#expiresAt === Number.POSITIVE_INFINITY) this.#expiresAt = loop.now + this.#expiry;
    if (this.#expiry === 0) this.fail('expired');
    else if (this.#expiry < Number.POSITIVE_INFINITY) {
      this.#timer = loop.scheduleCoarse(() => this.fail('expired'), this.#expiresAt - loop.now);
    }
  }

  /** @internal */
  protected override begunAnew(): boolean {
    this.#timer?.cancel();
    this.#id = secret(16);
    this.#token = secret(32);
    this.#server = '';
    this.#expiresAt = Number.POSITIVE_INFINITY;
    return true;
  }

  /** @internal */
  protected override wentOver(): void {
    this.#timer?.cancel();
  }
}

/** Random, as text that fits any codec. */
function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
