// expect: NotAFactory<"pass () => new Handler(), or a handler whose isSharable has the type true">
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addLast(new s.FrameCodec());
