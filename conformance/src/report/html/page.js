"use strict";
const form = document.getElementById("filters");
const rows = Array.from(document.querySelectorAll("#requirements tbody tr"));
function filter() {
  const wanted = new FormData(form);
  const text = wanted.get("text").trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const fits = ["area", "level", "verdict"].every((name) => !wanted.get(name) || row.dataset[name] === wanted.get(name));
    row.hidden = !(fits && (!text || row.textContent.toLowerCase().includes(text)));
    shown += row.hidden ? 0 : 1;
  }
  form.querySelector("output").textContent = `${shown} of ${rows.length}`;
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
filter();
