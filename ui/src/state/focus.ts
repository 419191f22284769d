// The focus of a keyboard never falls to nowhere: where what had it is gone with what was decided, it goes to the page's heading.
import { useEffect } from "react";

/** What gives the focus back by itself has done so by then. In milliseconds. */
const AFTER_MS = 50;

/** The last resort behind each part's own rule. */
export function useFocusKept(): void {
  useEffect(() => {
    let last: Element | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (!lost || last === null || last.isConnected) return;
      last = null;
      (document.querySelector<HTMLElement>("#middle h1") ?? document.querySelector<HTMLElement>("h1"))?.focus({ preventScroll: true });
    };
    const came = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : null;
    };
    // Left by a person: then nothing is lost. What is taken out of the page may say the same right before it is gone.
    const left = ({ target }: FocusEvent) => {
      setTimeout(() => {
        if (target === last && last?.isConnected === true && document.activeElement !== last) last = null;
      });
    };
    const changes = new MutationObserver(() => {
      if (last === null || last.isConnected) return;
      clearTimeout(timer);
      timer = setTimeout(look, AFTER_MS);
    });
    document.addEventListener("focusin", came);
    document.addEventListener("focusout", left);
    changes.observe(document.body, { childList: true, subtree: true });
    return () => {
      clearTimeout(timer);
      changes.disconnect();
      document.removeEventListener("focusin", came);
      document.removeEventListener("focusout", left);
    };
  }, []);
}
