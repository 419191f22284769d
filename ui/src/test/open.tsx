// Opens the window on the fake core, at a place.
import { act, render, screen } from "@testing-library/react";
import { App } from "../App";
import { type Fake, fakeIpc } from "../ipc/fake";
import { Store } from "../state/store";
import { turns } from "./turns";

/** All that has been asked is answered and drawn. */
export const settle = () => act(turns);

export async function open(hash: string, scene = "silent", prepare: (fake: Fake) => void = () => undefined): Promise<{ fake: Fake; store: Store }> {
  const fake = fakeIpc(scene);
  prepare(fake);
  const store = new Store(fake);
  window.location.hash = hash;
  await act(() => store.start());
  render(<App store={store} />);
  await screen.findByRole("heading", { level: 1 });
  // The screens that ask on their own have their answer after this.
  await settle();
  return { fake, store };
}
