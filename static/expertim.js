// Small comforts; every page works without them.
"use strict";

// Choose the browser's time zone in the list of the sign-up form, unless the person has chosen already.
for (const list of document.querySelectorAll("[data-browser-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (list.value === "UTC" && [...list.options].some((option) => option.value === zone)) list.value = zone;
}

// Join at once when the door is open.
document.querySelector("[data-send-at-once]")?.requestSubmit();
