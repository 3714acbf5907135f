// Templates: chosen and filled in over the page, seen as the customer will read them, sent once.

import { fetchPart, find, openedId, unanswered } from "./page";
import { post } from "./post";

const dialog = (): HTMLDialogElement | null => find<HTMLDialogElement>("#templates");

const isBegun = (place: HTMLDialogElement): boolean =>
  [...place.querySelectorAll<HTMLInputElement>("[data-place]")].some((field) => field.value !== "");

async function open(path: string): Promise<void> {
  const [place, id] = [dialog(), openedId()];
  if (!place || place.open) return;
  if (isBegun(place)) { place.showModal(); return; } // closed by a slip: what was filled in is still here
  place.replaceChildren();
  place.ariaBusy = "true";
  place.showModal();
  const part = await fetchPart(path, () => place.open && openedId() === id);
  place.ariaBusy = "false";
  if (part && place.open) place.replaceChildren(part);
}

// What is typed stands in the preview where it will stand in the message.
function show(field: HTMLInputElement): void {
  for (const mark of field.form?.querySelectorAll<HTMLElement>(`[data-fill="${field.dataset["place"] ?? ""}"]`) ?? []) {
    mark.textContent = field.value.trim() || (mark.dataset["empty"] ?? "");
    mark.classList.toggle("is-filled", field.value.trim() !== "");
  }
}

// Filled in anew, it is another message: the same again would be the one that was sent, perhaps.
const said = new WeakMap<HTMLFormElement, string>();

function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const words = JSON.stringify({ ...fields, key: "" });
  const before = said.get(form);
  const key = find<HTMLInputElement>("[name=key]", form);
  if (key && before !== undefined && before !== words) key.value = fields["key"] = `${fields["key"] ?? ""}.`;
  said.set(form, words);
  return fields;
}

async function send(form: HTMLFormElement): Promise<void> {
  const [button, id] = [find<HTMLButtonElement>("button", form), openedId()];
  if (!button || button.disabled || id === null) return;
  button.disabled = true;
  const problem = await post(form.action, fieldsOf(form), unanswered());
  button.disabled = false;
  const line = document.createElement("p");
  line.className = "problem";
  line.textContent = problem;
  find(".templates-problem")?.replaceChildren(...(problem ? [line] : []));
  if (problem) return;
  dialog()?.close();
  dialog()?.replaceChildren();
  document.dispatchEvent(new CustomEvent("desk:done", { detail: { conversation: id } }));
}

export function startTemplates(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-templates]");
    if (button?.dataset["templates"]) void open(button.dataset["templates"]);
    else if (event.target === dialog()) dialog()?.close(); // beside it
  });
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.dataset?.["place"] !== undefined) show(field);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches(".template-form")) return;
    event.preventDefault();
    void send(form);
  });
}
