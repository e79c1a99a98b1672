import { LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import { ChannelInitializer, serial } from '@sluice/core';
import { CloseOnErrorHandler } from '../evict/CloseOnErrorHandler.js';
import { IdleCloseHandler } from '../evict/IdleCloseHandler.js';
import { AdminHandler } from './AdminHandler.js';
import type { AdminOptions } from './AdminOptions.js';

const LONGEST_LINE = 1024;
/** A forgotten telnet does not stay for ever. */
const IDLE = 600_000;

/**
 * The pipeline of an administration port. Bind it to the loopback interface:
 *
 * ```ts
 * new ServerBootstrap().childHandler(adminInitializer({ channels })).bind({ host: '127.0.0.1', port: 9001 });
 * ```
 *
 * or give it to a `ProtocolDetectionHandler` to share the port of the protocol. Connections end after ten idle minutes.
 */
export function adminInitializer(options: AdminOptions = {}): ChannelInitializer {
  return ChannelInitializer.of((channel) => {
    channel.pipeline.addLast(
      new LineBasedFrameDecoder({ maxLength: LONGEST_LINE, failFast: true }),
      new IdleCloseHandler({ idle: IDLE }),
      new StringDecoder(),
      new LineEncoder({ separator: '\r\n' }),
      serial(new AdminHandler(options)),
      new CloseOnErrorHandler(),
    );
  });
}
