// expect: Argument of type '"service"' is not assignable to parameter of type '"codec"'
import { EmbeddedChannel, pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

const built = pipeline()
  .addLast('codec', () => new s.FrameCodec())
  .build();
built.tail(new EmbeddedChannel(built)).get('service');
