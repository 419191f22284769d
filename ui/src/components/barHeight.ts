// A confirm never stands where the previous page had its buttons, so that a double click does nothing.
// The bar of a step page leaves its height here; a confirm's bar keeps that much free below itself.
import { type RefObject, useLayoutEffect } from "react";

const MOST = 132;
let height = 58;

/** Remembers the bar's height while it is shown. */
export function useLeaveHeight(bar: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const el = bar.current;
    if (el === null) return;
    const measure = () => {
      if (el.offsetHeight > 0) height = Math.min(MOST, el.offsetHeight);
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const seen = new ResizeObserver(measure);
    seen.observe(el);
    return () => seen.disconnect();
  }, [bar]);
}

/** Keeps the height of the previous page's bar free in this element. */
export function useKeepFree(below: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    below.current?.style.setProperty("--free", `${height}px`);
  }, [below]);
}
