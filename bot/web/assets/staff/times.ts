// Shows times by this browser's clock: `<time datetime>` with `data-relative` (kept fresh), `data-clock` or `data-date`.
// What the server called today when it wrote it, `data-ago` days ago, is yesterday after midnight.

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
  for (const heading of root.querySelectorAll<HTMLElement>("[data-ago]")) nameDay(heading);
}

function nameDay(heading: HTMLElement): void {
  const { ago, today, yesterday, date: name } = heading.dataset;
  const now = dayNumber(new Date());
  const since = now - Number(heading.dataset["seen"] ??= String(now));
  heading.textContent = [today, yesterday][Number(ago) + since] ?? name ?? "";
}

function dayNumber(at: Date): number {
  return Math.round(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / 86_400_000);
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
