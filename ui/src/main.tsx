import "./styles/index.css";
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { host } from "./ipc";
import { fetchLists } from "./kit";
import { fetchScreens, fetchWhatOpens } from "./screens/later";
import { startMode } from "./state/mode";
import { Store } from "./state/store";

/** Tells the core that something is on the screen: after the second frame, when the first was painted. */
function Ready({ store }: { store: Store }) {
  useEffect(() => {
    const id = requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        store.ipc.uiReady().catch(store.fail);
        // Read from disk; where that fails, it is tried again when it is needed.
        fetchScreens()
          .then(fetchLists)
          .catch(() => undefined);
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
  // While the run is still read; of what fails here the window says so when it needs it.
  const deaf = store.listen(() => void fetchWhatOpens(store).catch(() => undefined));
  const opened = store.start().then(() => fetchWhatOpens(store));
  const first = Promise.allSettled([opened, ...FONTS.map((font) => document.fonts.load(font))]);
  await Promise.race([first, new Promise((late) => setTimeout(late, FIRST_ANSWER))]);
  deaf();
  createRoot(root).render(
    <StrictMode>
      <App store={store} />
      <Ready store={store} />
    </StrictMode>,
  );
}
