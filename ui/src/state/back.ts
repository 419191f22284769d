// Escape on a page that confirms: back to where its own link leads, and nothing is changed by it.
import { useEffect } from "react";

/** Goes to that address at Escape, unless something over the page closes by it. What was written there is kept as a draft. */
export function useEscapeBack(to: string): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest("[role=dialog], [data-testid=help], [data-testid=reason-form]") !== null) return;
      window.location.hash = to;
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, [to]);
}
