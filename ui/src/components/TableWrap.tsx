import { type ReactNode, useEffect, useRef, useState } from "react";

/** A table that may be wider than the window: then it scrolls by itself, also by keyboard. */
export function TableWrap({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(false);
  useEffect(() => {
    const el = box.current;
    if (el === null || typeof ResizeObserver === "undefined") return;
    // The table too: it may grow by what is written into it while the box around it stays as it is.
    const seen = new ResizeObserver(() => setWide(el.scrollWidth > el.clientWidth));
    seen.observe(el);
    for (const child of el.children) seen.observe(child);
    return () => seen.disconnect();
  }, []);
  return (
    <div ref={box} className="table-wrap" {...(wide ? { tabIndex: 0, role: "group", "aria-label": `${label}, scrolls sideways` } : {})}>
      {children}
    </div>
  );
}
