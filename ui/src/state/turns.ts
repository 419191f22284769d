// Answers that come late. What was asked again since, or of which nobody wants to know any more, is thrown away.

/** Tells of each answer whether it still counts. */
export class Turns {
  #asked = 0;
  /** The oldest question of which the answer counts. */
  #from = 1;
  #question: string | undefined;

  /** Whether this is what was asked last; without a name it never is. */
  isAgain(question: string | undefined): boolean {
    return question !== undefined && question === this.#question;
  }

  /**
   * To be called when something is asked; the returned function says whether its answer, which is there now, counts.
   * Another question makes every answer late that has not come yet. The same `question` once more, as a clock asks it, does not: each
   * answer counts that is no older than the last one that counted, or a core that takes its time would never be heard.
   */
  begin(question?: string): () => boolean {
    if (!this.isAgain(question)) this.drop();
    this.#question = question;
    const mine = ++this.#asked;
    return () => {
      if (mine < this.#from) return false;
      this.#from = mine;
      return true;
    };
  }

  /** Makes everything late that was asked. */
  drop(): void {
    this.#from = this.#asked + 1;
  }

  /** Whether the newest question has its answer, or nobody wants to know it. */
  get idle(): boolean {
    return this.#from >= this.#asked;
  }
}
