import type { WriteStream } from 'node:tty';

/** What a line is about: decides its colour. */
export type Tone = 'plain' | 'chat' | 'good' | 'bad' | 'dim' | 'title';

const COLOURS: Readonly<Record<Tone, string>> = {
  plain: '',
  chat: '\u001b[36m',
  good: '\u001b[32m',
  bad: '\u001b[31m',
  dim: '\u001b[2m',
  title: '\u001b[1m',
};
const RESET = '\u001b[0m';
const WHO_WIDTH = 9;

/** Prints what happens, one line each: seconds since the start, who, what. In colour on a terminal only. */
export class Timeline {
  readonly start: number;
  readonly #out: WriteStream | NodeJS.WritableStream;
  readonly #colour: boolean;

  constructor(start: number, out: WriteStream | NodeJS.WritableStream = process.stdout) {
    this.start = start;
    this.#out = out;
    this.#colour = 'isTTY' in out && out.isTTY && !process.env.NO_COLOR;
  }

  line(at: number, who: string, text: string, tone: Tone = 'plain'): void {
    const seconds = ((at - this.start) / 1000).toFixed(3).padStart(8);
    this.#print(`${seconds}  ${who.padEnd(WHO_WIDTH)}  ${this.paint(text, tone)}`);
  }

  /** A heading, with an empty line before it. */
  title(text: string): void {
    this.#print(`\n${this.paint(text, 'title')}`);
  }

  text(text: string): void {
    this.#print(text);
  }

  paint(text: string, tone: Tone): string {
    return this.#colour && COLOURS[tone] !== '' ? `${COLOURS[tone]}${text}${RESET}` : text;
  }

  #print(text: string): void {
    this.#out.write(`${text}\n`);
  }
}
