import "./styles/index.css";
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { host } from "./ipc";
import { fetchLists } from "./kit";
import { startMode } from "./state/mode";
import { Store } from "./state/store";

/** Tells the core that something is on the screen: after the second frame, when the first was painted. */
function Ready({ store }: { store: Store }) {
  useEffect(() => {
    const id = requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        store.ipc.uiReady().catch(store.fail);
        // Read from disk; where that fails, it is tried again when it is needed.
        fetchLists().catch(() => undefined);
      }),
    );
    return () => cancelAnimationFrame(id);
  }, [store]);
  return null;
}

/** How long the first answer may hold up the first picture, in milliseconds: drawing "Opening…" takes longer. */
const FIRST_ANSWER = 120;

/** The weights of the first picture. Asked for first, or its headings would be blank for a frame and then move the rest. */
const FONTS = ['400 14px "Open Sans"', '700 14px "Open Sans"'];

startMode();
const root = document.getElementById("root");
if (root !== null) {
  const store = new Store(await host());
  const first = Promise.allSettled([store.start(), ...FONTS.map((font) => document.fonts.load(font))]);
  await Promise.race([first, new Promise((late) => setTimeout(late, FIRST_ANSWER))]);
  createRoot(root).render(
    <StrictMode>
      <App store={store} />
      <Ready store={store} />
    </StrictMode>,
  );
}
