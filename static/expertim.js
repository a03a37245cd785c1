// Small comforts; every page works without them.
"use strict";

// Choose the browser's time zone in the list of the sign-up form, unless the person has chosen already. It may
// be listed under another name than the browser's.
const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const clockOf = (zone) => {
  try { return new Intl.DateTimeFormat("en", { timeZone: zone, dateStyle: "short", timeStyle: "short" }); }
  catch (error) { return null; } // a zone that this browser does not know
};
const knownAs = (zone) => clockOf(zone)?.resolvedOptions().timeZone;
for (const list of document.querySelectorAll("[data-browser-zone]")) {
  if (list.value || !browserZone) continue;
  const options = [...list.options].filter((option) => option.value);
  const own = knownAs(browserZone);
  const same = options.find((option) => option.value === browserZone) ?? options.find((option) => knownAs(option.value) === own);
  if (same) list.value = same.value;
}

// Join at once when the door is open.
document.querySelector("[data-send-at-once]")?.requestSubmit();

// Count down to the opening of a door; when it opens, show the page as it is then.
for (const place of document.querySelectorAll("[data-countdown]")) {
  const opensAt = Date.parse(place.dataset.countdown);
  const remaining = place.querySelector("[data-remaining]");
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    const seconds = Math.ceil((opensAt - Date.now()) / 1000);
    if (seconds <= 0) return window.location.reload();
    const [days, hours, minutes] = [seconds / 86400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
    remaining.textContent = `${days ? `${days} d ` : ""}${hours}:${two(minutes)}:${two(seconds % 60)}`;
    place.hidden = false;
    window.setTimeout(tick, 1000);
  };
  // A clock that is wrong by minutes would reload for ever: once is enough.
  if (opensAt > Date.now()) tick();
}

// Length and price follow the chosen service; both can be changed afterwards.
for (const list of document.querySelectorAll("[data-sets-terms]")) {
  list.addEventListener("change", () => {
    const { minutes, price } = list.selectedOptions[0].dataset;
    if (minutes === undefined) return;
    list.form.elements.minutes.value = minutes;
    list.form.elements.price.value = price;
  });
}

// While a form with a date is filled in, show what it means: the other party's time, overlaps, credits. Where the
// time comes twice, what is shown asks which is meant.
for (const place of document.querySelectorAll("[data-preview]")) {
  const form = place.closest("form");
  const names = ["date", "time", "which", "zone", "service", "minutes", "price"];
  let waiting, asking;
  const show = (html) => {
    const chosen = place.querySelector("input:focus")?.value;
    place.innerHTML = html;
    place.querySelector(`input[value="${chosen}"]`)?.focus();
  };
  const ask = async () => {
    asking = new AbortController();
    const typed = new FormData(form);
    const query = new URLSearchParams(names.filter((name) => typed.get(name)).map((name) => [name, typed.get(name)]));
    try {
      const answer = await fetch(`${place.dataset.preview}?${query}`, { signal: asking.signal });
      // Signed out meanwhile, or too fast: nothing is better than the figures of another choice.
      show(answer.ok && !answer.redirected ? await answer.text() : "");
    } catch (error) {
      if (error.name === "AbortError") return;
      place.replaceChildren();
      if (!(error instanceof TypeError)) throw error;
    }
  };
  // Somebody came back to a form that the browser filled in again.
  window.addEventListener("pageshow", () => { if (form.elements.date?.value) ask(); });
  form.addEventListener("input", (event) => {
    if (!names.includes(event.target.name)) return;
    window.clearTimeout(waiting);
    asking?.abort();
    waiting = window.setTimeout(ask, 300);
  });
}

// The browser's clock shows another time than the profile's zone, now or within a year: offer it with one click.
// Whoever keeps theirs is not asked again here.
const sameClock = (one, other) => {
  const clocks = [clockOf(one), clockOf(other)];
  if (!clocks[0] || !clocks[1]) return true;
  return Array.from({ length: 75 }, (_, n) => Date.now() + n * 5 * 86400000).every((at) => clocks[0].format(at) === clocks[1].format(at));
};
for (const offer of document.querySelectorAll("[data-profile-zone]")) {
  const { profileZone } = offer.dataset;
  const pair = `${browserZone} ${profileZone}`;
  let kept;
  try { kept = localStorage.getItem("kept-zone"); } catch (error) { kept = null; } // storage is forbidden
  if (!browserZone || kept === pair || sameClock(browserZone, profileZone)) continue;
  offer.querySelector("[name=time_zone]").value = browserZone;
  offer.querySelector("[data-browser-zone-name]").textContent = browserZone.replaceAll("_", " ");
  offer.querySelector("[data-keep-zone]").addEventListener("click", () => {
    offer.hidden = true;
    try { localStorage.setItem("kept-zone", pair); } catch (error) { return; }
  });
  offer.hidden = false;
}
