import { type ChannelInitializer, pipeline } from '@sluice/core';
import { IdleStateHandler } from '@sluice/handlers';
import { ErrorHandler } from '../protocol/ErrorHandler.js';
import { frameDecoder, framePrepender } from '../protocol/framing.js';
import { answeringHeartbeat } from '../protocol/heartbeat.js';
import { ImCodec } from '../protocol/ImCodec.js';
import { TraceHandler } from '../protocol/TraceHandler.js';
import { ChatHandler } from './ChatHandler.js';
import type { ServerContext } from './ServerContext.js';
import { SessionHandler } from './SessionHandler.js';

/** What each framed connection of a server goes through, from the socket to the chat. */
export function serverPipeline(server: ServerContext): ChannelInitializer {
  return pipeline()
    .addLast('idle', () => new IdleStateHandler({ readerIdle: server.timing.login }))
    .addLast('frames', frameDecoder)
    .addLast('lengths', framePrepender)
    .addLast('codec', () => new ImCodec())
    .addLast('trace', () => new TraceHandler(server.trace))
    .addLast('heartbeat', () => answeringHeartbeat(server.timing))
    .addLast('session', () => new SessionHandler(server))
    .addLast('chat', () => new ChatHandler(server.room))
    .addLast('errors', () => new ErrorHandler(server.trace))
    .build();
}
