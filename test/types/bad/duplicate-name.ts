// expect: DuplicateName<"a">
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline()
  .addLast('a', () => new s.Idle(1))
  .addLast('b', () => new s.Idle(1))
  .addLast('a', () => new s.Log());
