import { type ChannelInitializer, pipeline } from '@sluice/core';
import { IdleStateHandler } from '@sluice/handlers';
import { ErrorHandler } from '../protocol/ErrorHandler.js';
import { frameDecoder, framePrepender } from '../protocol/framing.js';
import { askingHeartbeat } from '../protocol/heartbeat.js';
import { ImCodec } from '../protocol/ImCodec.js';
import { TraceHandler } from '../protocol/TraceHandler.js';
import type { Caller } from './Caller.js';
import { ListenHandler } from './ListenHandler.js';
import { LoginHandler } from './LoginHandler.js';

/** What each connection to a server goes through; every attempt to connect gets handlers of its own. */
export function callerPipeline(caller: Caller): ChannelInitializer {
  return pipeline()
    .addLast('idle', () => new IdleStateHandler({ allIdle: caller.timing.idle }))
    .addLast('frames', frameDecoder)
    .addLast('lengths', framePrepender)
    .addLast('codec', () => new ImCodec())
    .addLast('trace', () => new TraceHandler(caller.trace))
    .addLast('heartbeat', () => askingHeartbeat(caller.timing))
    .addLast('login', () => new LoginHandler(caller))
    .addLast('listen', () => new ListenHandler(caller))
    .addLast('errors', () => new ErrorHandler(caller.trace))
    .build();
}
