// expect: is not assignable to parameter of type 'HandlerOrInit<
import { LineBasedFrameDecoder } from '@sluice/codec';
import { pipeline, ServerBootstrap } from '@sluice/core';

// build() was forgotten.
new ServerBootstrap().childHandler(pipeline().addLast(() => new LineBasedFrameDecoder({ maxLength: 80 })));
