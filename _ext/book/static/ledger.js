// Filters above the ledger. Without this script its whole table is what is seen.
{
  const table = document.querySelector("table.ledger");
  const rows = [...table.tBodies[0].rows];
  const verdicts = { "": "any", true: "true", "true-if": "true if", false: "false" };
  const chapterOf = (row) => row.cells[3].querySelector("a").textContent;
  const chapters = [...new Set(rows.map(chapterOf))].sort();

  const form = document.createElement("form");
  form.className = "ledger-filters";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Filter the ledger");
  form.innerHTML = `
    <label>Words <input type="search"></label>
    <label>Verdict <select>${Object.entries(verdicts).map(([key, name]) => `<option value="${key}">${name}</option>`)}</select></label>
    <label>Chapter <select><option value="">any</option>${chapters.map((name) => `<option>${name}</option>`)}</select></label>
    <output></output>`;
  const [words, verdict, chapter] = form.querySelectorAll("input, select");

  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !(
        wanted.every((word) => text.includes(word)) &&
        (!verdict.value || row.classList.contains(`ledger-${verdict.value}`)) &&
        (!chapter.value || chapterOf(row) === chapter.value)
      );
    }
    const shown = rows.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = `${shown} of ${rows.length}`;
  }

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  table.parentElement.before(form);
  filter();
}
