// Small forms whose answer takes their place, without loading the page anew. Without this they load it.
"use strict";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-in-place]");
  if (!form) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-In-Place": "1" } });
    if (!answer.ok || answer.redirected) return form.submit();
    form.insertAdjacentHTML("afterend", await answer.text());
    form.nextElementSibling.querySelector("button").focus();
    form.remove();
  } catch {
    form.submit();
  }
});
