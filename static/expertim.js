// Small comforts; every page works without them.
"use strict";

// Choose the browser's time zone in the list of the sign-up form, unless the person has chosen already.
for (const list of document.querySelectorAll("[data-browser-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (list.value === "UTC" && [...list.options].some((option) => option.value === zone)) list.value = zone;
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
