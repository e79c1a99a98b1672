import { type ChannelHandlerContext, getLogger, type Logger } from '@sluice/core';

const NO_FIELDS: object = Object.freeze({});

/** Lines about heartbeats, which can be switched on and off. */
export class HeartbeatLog {
  isOn: boolean;
  readonly #logger: Logger | undefined;

  /** Without a logger of its own it writes to that of the process. */
  constructor(isOn: boolean, logger: Logger | undefined) {
    this.isOn = isOn;
    this.#logger = logger;
  }

  tell(ctx: ChannelHandlerContext, what: string, rtt?: number): void {
    if (!this.isOn) return;
    const after = rtt === undefined ? '' : ` after ${rtt.toFixed(1)} ms`;
    (this.#logger ?? getLogger()).info(NO_FIELDS, `${String(ctx.channel)} HEARTBEAT: ${what}${after}`);
  }
}
