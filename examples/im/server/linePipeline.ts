import { LineBasedFrameDecoder, StringDecoder, StringEncoder } from '@sluice/codec';
import { type ChannelInitializer, pipeline } from '@sluice/core';
import { ErrorHandler } from '../protocol/ErrorHandler.js';
import { LineHandler, MAX_LINE } from './LineHandler.js';
import type { ServerContext } from './ServerContext.js';

/** What each connection of a person with `nc` goes through. */
export function linePipeline(server: ServerContext): ChannelInitializer {
  return pipeline()
    .addLast('lines', () => new LineBasedFrameDecoder({ maxLength: MAX_LINE }))
    .addLast('decoder', () => new StringDecoder())
    .addLast('encoder', () => new StringEncoder())
    .addLast('person', () => new LineHandler(server))
    .addLast('errors', () => new ErrorHandler(server.trace))
    .build();
}
