// expect: Argument of type 'string' is not assignable to parameter of type 'Frame'
import { EmbeddedChannel, pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

const built = pipeline()
  .addLast(() => new s.FrameCodec())
  .build();
built.tail(new EmbeddedChannel(built)).write('text');
