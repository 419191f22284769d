// Opens the window on the made-up world, at a place.
import { act, render, screen } from "@testing-library/react";
import { App } from "../App";
import { type Fake, fakeIpc } from "./host";
import { Store } from "../state/store";
import type { UserEvent } from "@testing-library/user-event";
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

/** The words of a field's choices, after its list was opened. */
export async function choicesOf(user: UserEvent, testId: string): Promise<string[]> {
  await user.click(screen.getByTestId(testId));
  return (await screen.findAllByRole("option")).map((o) => o.textContent ?? "");
}

/** Opens a field's list and takes one of its choices. */
export async function pick(user: UserEvent, testId: string, words: string): Promise<void> {
  await user.click(screen.getByTestId(testId));
  await user.click(await screen.findByRole("option", { name: words }));
}
