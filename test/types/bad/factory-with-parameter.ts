// expect: NotAFactory<
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addLast((seconds: number) => new s.Idle(seconds));
