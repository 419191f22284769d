import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/** Whether there is more in a box than it shows: then it scrolls, and the keyboard must reach it. */
export function useScrolls(box: RefObject<HTMLElement | null>, along: "width" | "height"): boolean {
  const [scrolls, set] = useState(false);
  useEffect(() => {
    const el = box.current;
    if (el === null || typeof ResizeObserver === "undefined") return;
    const look = () => set(along === "width" ? el.scrollWidth > el.clientWidth : el.scrollHeight > el.clientHeight);
    // What is in it too: that may grow while the box around it stays as it is.
    const seen = new ResizeObserver(look);
    seen.observe(el);
    for (const child of el.children) seen.observe(child);
    return () => seen.disconnect();
  }, [box, along]);
  return scrolls;
}

/** How wide an element is, in pixels; 0 until it is measured. Known before the first picture, so that nothing is laid out twice. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const el = box.current;
    if (el === null) return;
    const look = () => set(el.clientWidth);
    look();
    if (typeof ResizeObserver === "undefined") return;
    const seen = new ResizeObserver(look);
    seen.observe(el);
    return () => seen.disconnect();
  }, [box]);
  return width;
}
