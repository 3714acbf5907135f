// Shows times by this browser's clock: `<time datetime>` with `data-relative` (kept fresh), `data-clock` or `data-date`.

const steps: [seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, "second"], [60, "minute"], [24, "hour"], [Number.POSITIVE_INFINITY, "day"],
];
const wordsOf = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always", style: "narrow" });
const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function refreshTimes(root: ParentNode = document): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const at = new Date(element.dateTime);
    element.title = exactly.format(at);
    if (element.dataset["relative"] !== undefined) element.textContent = relative(at);
    if (element.dataset["clock"] !== undefined) element.textContent = clock.format(at);
    if (element.dataset["date"] !== undefined) element.textContent = date.format(at);
  }
}

function relative(at: Date): string {
  let amount = (Date.now() - at.getTime()) / 1000;
  if (Math.abs(amount) < 45) return "now";
  for (const [size, unit] of steps) {
    if (Math.abs(amount) < size) return wordsOf.format(-Math.trunc(amount), unit).replace(" ago", "");
    amount /= size;
  }
  return "";
}

export function keepTimesFresh(): void {
  refreshTimes();
  window.setInterval(() => { if (!document.hidden) refreshTimes(); }, 15_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshTimes(); });
}
