// A confirm never stands where the previous page had its buttons, so that a double click does nothing.
// The bar of a step page leaves here how far its buttons reach; a confirm's bar keeps that free: below it, or beside it where the
// window is too low for that.
import { type RefObject, useLayoutEffect } from "react";

const LEAST = 40;
const MOST = 132;
let reach = 58;
let side = 240;

/** From the bar's lower edge to the upper edge of its highest button. */
function reachOf(bar: HTMLElement): number {
  const bottom = bar.getBoundingClientRect().bottom;
  const tops = [...bar.querySelectorAll(".action-row button, .action-row a")].map((b) => bottom - b.getBoundingClientRect().top);
  return Math.max(LEAST, ...tops);
}

/** How far its main button reaches from the bar's left edge: in a short window the confirm stands beside that, not above it. */
function sideOf(bar: HTMLElement): number {
  const left = bar.getBoundingClientRect().left;
  return Math.max(0, ...[...bar.querySelectorAll(".button.w-main")].map((b) => b.getBoundingClientRect().right - left));
}

/** Remembers it while the bar is shown. */
export function useLeaveHeight(bar: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const el = bar.current;
    if (el === null) return;
    const measure = () => {
      if (el.offsetHeight === 0) return;
      reach = Math.min(MOST, Math.ceil(reachOf(el)));
      side = Math.ceil(sideOf(el));
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const seen = new ResizeObserver(measure);
    seen.observe(el);
    return () => seen.disconnect();
  }, [bar]);
}

/** Keeps that much free in this element; in its bar, what a short window has to keep free beside the confirm. */
export function useKeepFree(below: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    below.current?.style.setProperty("--free", `${reach}px`);
    below.current?.parentElement?.style.setProperty("--side", `${side}px`);
  }, [below]);
}
