// Words that were typed into a form and not sent: kept by run and form, in memory only and never on disk, and offered again when the
// form is opened again. What names a user is in none of them: a look-up keeps its words for itself.
import { useCallback, useReducer } from "react";
import { useApp, useStore } from "./hooks";

export class Drafts {
  readonly #forms = new Map<string, Map<string, unknown>>();

  get(form: string, field: string): unknown {
    return this.#forms.get(form)?.get(field);
  }

  set(form: string, field: string, value: unknown): void {
    const fields = this.#forms.get(form) ?? new Map<string, unknown>();
    this.#forms.set(form, fields.set(field, value));
  }

  /** Forgets one field, as when it says again what it began with. */
  clear(form: string, field: string): void {
    const fields = this.#forms.get(form);
    if (fields?.delete(field) === true && fields.size === 0) this.#forms.delete(form);
  }

  /** Whether anything that was typed into the form is kept. */
  has(form: string): boolean {
    return this.#forms.has(form);
  }

  /** It was sent, or thrown away. */
  drop(form: string): void {
    this.#forms.delete(form);
  }
}

/** A form of the run that is shown; its name says what it is about, such as the step. */
const formOf = (run: string | null, form: string): string => `${run} ${form}`;

/** One field of a form, which begins with the draft that was left there, else with `begin`. */
export function useDraft<T>(form: string, field: string, begin: T): [T, (value: T) => void] {
  const { drafts } = useStore();
  const of = formOf(
    useApp((s) => s.run),
    form,
  );
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const kept = drafts.get(of, field) as T | undefined;
  const set = useCallback(
    (value: T) => {
      if (Object.is(value, begin)) drafts.clear(of, field);
      else drafts.set(of, field, value);
      draw();
    },
    [drafts, of, field, begin],
  );
  return [kept ?? begin, set];
}

/** What is kept of a form: whether there is anything, and how it is forgotten once it was sent or thrown away. */
export function useKept(form: string): { has: () => boolean; drop: () => void } {
  const { drafts } = useStore();
  const of = formOf(
    useApp((s) => s.run),
    form,
  );
  return { has: () => drafts.has(of), drop: () => drafts.drop(of) };
}
