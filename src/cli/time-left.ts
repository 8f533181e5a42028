/** Seconds that a job has left, from how fast it went in the last half of its time: parts of it may be slower than others. */
export class TimeLeft {
  private readonly seen: { readonly at: number; readonly done: number }[] = [];

  /** @param now - clock in milliseconds */
  constructor(private readonly now: () => number) {}

  /** @returns null before there is a speed */
  after(done: number, total: number): number | null {
    const at = this.now();
    this.seen.push({ at, done });
    const middle = (this.seen[0].at + at) / 2;
    while (this.seen.length > 2 && this.seen[1].at <= middle) this.dropSecond();
    const from = this.seen.length > 2 ? this.seen[1] : this.seen[0];
    const speed = (done - from.done) / (at - from.at);
    return speed > 0 ? (total - done) / speed / 1000 : null;
  }

  /** The first one stays: it tells when the job began. */
  private dropSecond(): void {
    this.seen.splice(1, 1);
  }
}
