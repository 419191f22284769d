// Asking the core from a page: that it is under way, why it failed, and that nothing late is shown.
import { useCallback, useEffect, useState } from "react";
import { type Failure, asFailure } from "../ipc/port";
import { Turns } from "./turns";

/** How it ended: late is what came after the page was left or dropped it, or after something else was asked. */
export type End = "answered" | "failed" | "late";

export type More = {
  /** Told of the failure as well, which is kept in `failure`. What it throws, `attempt` throws. */
  failed?: (failure: Failure) => void;
  /**
   * The question's name, where the same is asked again and again: an answer then counts although it was asked again since, and a failure stays
   * until there is an answer. Without a name every question is another one.
   */
  again?: string;
};

export type Attempt = {
  /** Something that counts was asked and has no answer yet. */
  busy: boolean;
  /** Why the newest question that counts has failed; null where it has not. */
  failure: Failure | null;
  /** Asks; `answered` is told the answer unless it is late. */
  attempt: <T>(ask: () => Promise<T>, answered: (answer: T) => void, more?: More) => Promise<End>;
  /** Makes late what was asked, and forgets the failure. */
  drop: () => void;
};

const IDLE: Pick<Attempt, "busy" | "failure"> = { busy: false, failure: null };

/** One thing that a page asks the core, again and again or when a person wants it. */
export function useAttempt(): Attempt {
  const [turns] = useState(() => new Turns());
  const [shown, show] = useState(IDLE);
  useEffect(() => () => turns.drop(), [turns]);
  const attempt = useCallback(
    async <T>(ask: () => Promise<T>, answered: (answer: T) => void, { failed, again }: More = {}): Promise<End> => {
      const same = turns.isAgain(again);
      const counts = turns.begin(again);
      show((now) => ({ busy: true, failure: same ? now.failure : null }));
      let answer: T;
      try {
        answer = await ask();
      } catch (thrown) {
        if (!counts()) return "late";
        const failure = asFailure(thrown);
        show({ busy: !turns.idle, failure });
        failed?.(failure);
        return "failed";
      }
      if (!counts()) return "late";
      show({ busy: !turns.idle, failure: null });
      answered(answer);
      return "answered";
    },
    [turns],
  );
  const drop = useCallback(() => {
    turns.drop();
    show(IDLE);
  }, [turns]);
  return { ...shown, attempt, drop };
}
