// Whether a person has typed words that going elsewhere would lose.

const touched = new Set<Element>();

if (typeof window !== "undefined") {
  window.addEventListener(
    "input",
    ({ target }) => {
      if (target instanceof Element) touched.add(target);
    },
    true,
  );
}

const WORDLESS = new Set(["checkbox", "radio", "button", "submit", "range"]);

const holdsWords = (field: Element): boolean =>
  (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && !WORDLESS.has(field.type))) && field.value.trim() !== "";

/** Whether a field that is on the page, or in that part of it, holds words that somebody typed into it. What was never touched, or emptied again, does not count. */
export function typedWords(within: Element | null = null): boolean {
  for (const field of touched) if (!field.isConnected) touched.delete(field);
  return [...touched].some((field) => (within === null || within.contains(field)) && holdsWords(field));
}
