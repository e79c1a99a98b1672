// expect: Type 'Frame' is not assignable to type 'string'
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline()
  .addLast(() => new s.FrameCodec())
  .build((tail) => {
    void (async () => {
      for await (const frame of tail.inbound()) {
        const text: string = frame;
        void text;
      }
    })();
  });
