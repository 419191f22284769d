// A click counts for what was seen. A main button whose basis is new is dead for a moment from the first
// visible paint, whatever presses it; a press that began before, or a key that is held, does not count.
import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** How long, in milliseconds. Nought (tests of other things) turns the rule off. */
export const seen = { deadMs: 600 };

/** When the key or the pointer that is down went down; null while nothing is. A repeat is no new press. */
let pressedAt: number | null = null;
let lifting: ReturnType<typeof setTimeout> | undefined;

function down(event: Event): void {
  if (event instanceof KeyboardEvent && event.repeat) return;
  clearTimeout(lifting);
  pressedAt = performance.now();
}

// The click of a space bar or a pointer comes after it is up again.
function up(): void {
  clearTimeout(lifting);
  lifting = setTimeout(() => {
    pressedAt = null;
  }, 100);
}

if (typeof window !== "undefined") {
  for (const name of ["keydown", "pointerdown", "mousedown"]) window.addEventListener(name, down, true);
  for (const name of ["keyup", "pointerup", "pointercancel", "mouseup"]) window.addEventListener(name, up, true);
}

/**
 * Whether a press counts for `basis`: what the person must have seen before, as text. `dead` is for showing;
 * `counts` decides at the moment of the press. `never` is for what must never wait: Hold, Stop, Cancel.
 */
export function useSeen(basis: string, never = false): { dead: boolean; counts: () => boolean } {
  const off = never || seen.deadMs === 0;
  const from = useRef<number | null>(null);
  const [alive, setAlive] = useState<string | null>(null);
  useLayoutEffect(() => {
    if (off) return;
    from.current = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The second frame begins when the first has been painted; a page that nobody sees has no frames.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        from.current = performance.now() + seen.deadMs;
        timer = setTimeout(() => setAlive(basis), seen.deadMs);
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [basis, off]);
  const counts = useCallback(() => {
    if (off) return true;
    const at = from.current;
    return at !== null && performance.now() >= at && (pressedAt === null || pressedAt >= at);
  }, [off]);
  return { dead: !off && alive !== basis, counts };
}
