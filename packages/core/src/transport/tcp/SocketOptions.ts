import { Socket } from 'node:net';
import { ChannelOption } from '../../channel/ChannelOption.js';

/** Node 24.19 and 26.4 take interval and count; before, the system decides (libuv: 1 s, 10 probes). */
const KEEPALIVE_ARGUMENTS = 4;

type Extended = Socket & {
  setKeepAlive(enable: boolean, delay: number, interval?: number, count?: number): Socket;
  setTypeOfService?(tos: number): Socket;
};

/** The options of a TCP socket: kept until there is a socket, then applied. */
export class SocketOptions {
  noDelay = true;
  keepAlive = false;
  #idle = 0;
  #interval: number | undefined;
  #count: number | undefined;
  #tos: number | undefined;
  /** `undefined`: as Node does by default. */
  autoSelectFamily: boolean | undefined;
  /** Close by reset. */
  reset = false;

  /** Takes an option; false when this kind of channel or runtime cannot honour it. */
  set(option: ChannelOption<unknown>, value: unknown, socket: Socket | null): boolean {
    switch (option) {
      case ChannelOption.TCP_NODELAY:
        this.noDelay = value as boolean;
        socket?.setNoDelay(this.noDelay);
        return true;
      case ChannelOption.AUTO_SELECT_FAMILY:
        this.autoSelectFamily = value as boolean;
        return true;
      case ChannelOption.SO_KEEPALIVE:
        this.keepAlive = value as boolean;
        break;
      case ChannelOption.TCP_KEEPIDLE:
        this.#idle = value as number;
        break;
      case ChannelOption.TCP_KEEPINTVL:
        if (!canTuneKeepAlive()) return false;
        this.#interval = value as number;
        break;
      case ChannelOption.TCP_KEEPCNT:
        if (!canTuneKeepAlive()) return false;
        this.#count = value as number;
        break;
      case ChannelOption.SO_LINGER:
        this.reset = value === 0;
        return (value as number) <= 0;
      case ChannelOption.IP_TOS:
        this.#tos = value as number;
        if (socket !== null) this.#applyTos(socket);
        return prototypeHas('setTypeOfService');
      default:
        return false;
    }
    if (socket !== null) this.#applyKeepAlive(socket);
    return true;
  }

  /** Applies what differs from a fresh socket with TCP_NODELAY on. */
  apply(socket: Socket): void {
    if (!this.noDelay) socket.setNoDelay(false);
    if (this.keepAlive) this.#applyKeepAlive(socket);
    if (this.#tos !== undefined) this.#applyTos(socket);
  }

  #applyKeepAlive(socket: Socket): void {
    const args: [boolean, number, number?, number?] = [this.keepAlive, this.#idle * 1000];
    if (this.#interval !== undefined || this.#count !== undefined) {
      args.push((this.#interval ?? 1) * 1000, this.#count ?? 10);
    }
    (socket as Extended).setKeepAlive(...args);
  }

  #applyTos(socket: Socket): void {
    (socket as Extended).setTypeOfService?.(this.#tos as number);
  }
}

function canTuneKeepAlive(): boolean {
  return prototypeHas('setKeepAlive', KEEPALIVE_ARGUMENTS);
}

function prototypeHas(method: string, length = 0): boolean {
  const found = (Socket.prototype as unknown as Record<string, unknown>)[method];
  return typeof found === 'function' && found.length >= length;
}
