// Keys that work everywhere: help, the zoom and, where there is one, the palette.
import { useEffect } from "react";
import { useStore } from "./hooks";
import { zoom, zoomKey } from "./zoom";

export function useKeys(onHelp: () => void, onPalette?: () => void): void {
  const store = useStore();
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const way = zoomKey(event);
      if (way !== undefined) zoom(store.ipc, way, store.fail);
      else if (onPalette !== undefined && (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") onPalette();
      // No letter alone: who dictates or types elsewhere must not set anything off (WCAG 2.1.4).
      else if (event.key === "F1") onHelp();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, [store, onPalette, onHelp]);
}
