import { EmbeddedChannel, type EmbeddedChannelOptions } from '@sluice/core';
import {
  type HeartbeatCodec,
  HeartbeatEvent,
  HeartbeatHandler,
  type HeartbeatOptions,
} from '@sluice/handlers';

/** Pings are `ping 7`, pongs `pong 7`, with the ping's nonce. */
export const codec: Required<Omit<HeartbeatCodec<string>, 'dataOf'>> = {
  ping: ({ nonce }) => `ping ${nonce}`,
  pong: (ping) => ping.replace('ping', 'pong'),
  isPing: (message) => String(message).startsWith('ping'),
  isPong: (message) => String(message).startsWith('pong'),
  nonceOf: (pong) => Number(pong.split(' ')[1]),
};

/**
 * A channel with a heartbeat whose clock stands at 0. `heard` is what a handler behind it saw, `sent` what reached the
 * transport; both with the time.
 */
export function heartbeatChannel(
  options: Partial<HeartbeatOptions<string>> = {},
  channelOptions: EmbeddedChannelOptions = {},
) {
  const channel = new EmbeddedChannel({ ...channelOptions, register: false, handlers: [] });
  channel.freezeTime();
  const start = channel.eventLoop.now;
  const now = (): number => Math.round(channel.eventLoop.now - start);
  const heard: string[] = [];
  const sent: string[] = [];
  const causes: (Error | undefined)[] = [];
  const heartbeat = new HeartbeatHandler<string>({ codec, interval: 100, whileDebugging: true, ...options });
  channel.pipeline.addLast(
    {
      write(ctx, message, promise) {
        sent.push(`${now()} ${message}`);
        ctx.write(message, promise);
      },
    },
    heartbeat,
    {
      channelRead: (_ctx, message) => heard.push(`${now()} read ${message}`),
      channelInactive: () => heard.push(`${now()} inactive`),
      exceptionCaught: (_ctx, cause) => heard.push(`${now()} ${cause.message}`),
      userEventTriggered(_ctx, event) {
        if (!(event instanceof HeartbeatEvent)) return;
        const detail = event.type === 'pong' ? (event.rtt ?? 'unknown') : event.missed;
        if (event.cause !== undefined) causes.push(event.cause);
        heard.push(`${now()} ${event.type} ${typeof detail === 'number' ? Math.round(detail) : detail}`);
      },
    },
  );
  channel.register();
  return { channel, heartbeat, heard, sent, causes, now };
}
