// Acts on the open conversation: take, give back, resolve, say who its customer is. A refusal finds its reader also elsewhere.

import { complain } from "./notices";
import { find, isQuiet, openedId, openedName, unanswered } from "./page";
import { post } from "./post";
import { lastRead } from "./thread";

async function act(button: HTMLButtonElement): Promise<void> {
  const id = openedId();
  if (id === null || button.disabled) return;
  const who = openedName();
  const hadFocus = document.activeElement === button;
  button.disabled = true;
  // Nobody resolves what a customer wrote a moment ago and nobody here has read.
  const seen = button.dataset["act"] === "resolve" && lastRead();
  const quietly = button.dataset["act"] === "resolve" && isQuiet();
  const fields = { ...(seen ? { seen } : {}), ...(quietly ? { quietly: "1" } : {}) };
  const problem = await post(button.formAction, fields, unanswered());
  button.disabled = false;
  complain(id, who, problem);
  // A disabled button has lost the focus; and what stands in its place soon is another act.
  if (hadFocus && openedId() === id) (problem ? button : find<HTMLElement>("#thread"))?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("desk:done", { detail: { conversation: id } }));
}

export function startActs(): void {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(event.target as Element).matches(".head-acts, .person-acts") || !(button instanceof HTMLButtonElement)) return;
    event.preventDefault();
    void act(button);
  });
}
