import "@cloudscape-design/global-styles/index.css";
import "./styles/index.css";
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { host } from "./ipc";
import { startMode } from "./state/mode";
import { Store } from "./state/store";

/** Tells the core that something is on the screen: after the second frame, when the first was painted. */
function Ready({ store }: { store: Store }) {
  useEffect(() => {
    const id = requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        store.ipc.uiReady().catch(store.fail);
      }),
    );
    return () => cancelAnimationFrame(id);
  }, [store]);
  return null;
}

/** How long the first answer may hold up the first picture, in milliseconds: drawing "Opening…" takes longer. */
const FIRST_ANSWER = 120;

startMode();
const root = document.getElementById("root");
if (root !== null) {
  const store = new Store(await host());
  await Promise.race([store.start(), new Promise((late) => setTimeout(late, FIRST_ANSWER))]);
  createRoot(root).render(
    <StrictMode>
      <App store={store} />
      <Ready store={store} />
    </StrictMode>,
  );
}
