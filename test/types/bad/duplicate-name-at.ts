// expect: DuplicateName<"batch">
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline<s.Order, s.Ack>()
  .addLastAt('batch', (at) => new s.Batcher(at, 2))
  .addLastAt('batch', (at) => new s.Batcher(at, 2));
