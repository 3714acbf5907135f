// Templates: chosen and filled in over the page, seen as the customer will read them, sent once.

import { bringOne } from "./box_files";
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

// What is typed stands in the preview where it will stand in the message; of a file, its name.
function show(form: HTMLFormElement | null, number: string, value: string): void {
  for (const mark of form?.querySelectorAll<HTMLElement>(`[data-fill="${number}"]`) ?? []) {
    mark.textContent = value || (mark.dataset["empty"] ?? "");
    mark.classList.toggle("is-filled", value !== "");
  }
}

// A file is brought as soon as it is chosen; its number fills the place.
async function bring(field: HTMLInputElement): Promise<void> {
  const [file, form, number] = [field.files?.[0], field.form, field.dataset["file"] ?? ""];
  const kept = form && find<HTMLInputElement>(`[data-place="${number}"]`, form);
  const button = form && find<HTMLButtonElement>("button", form);
  if (!kept || !button) return;
  kept.value = "";
  show(form, number, "");
  if (!file) return;
  field.ariaBusy = "true";
  button.disabled = true;
  const brought = await bringOne(field.dataset["outgoing"] ?? "", file, unanswered());
  button.disabled = false;
  field.ariaBusy = null;
  if (field.files?.[0] !== file) return; // another was chosen meanwhile, and is on its way
  tell(brought.problem);
  if (brought.problem) { field.value = ""; return; }
  kept.value = String(brought.id);
  show(form, number, file.name);
}

function tell(problem: string): void {
  const line = document.createElement("p");
  line.className = "problem";
  line.textContent = problem;
  find(".templates-problem")?.replaceChildren(...(problem ? [line] : []));
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
  tell(problem);
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
    if (field.dataset?.["place"] !== undefined) show(field.form, field.dataset["place"], field.value.trim());
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.dataset?.["file"] !== undefined) void bring(field);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches(".template-form")) return;
    event.preventDefault();
    void send(form);
  });
}
