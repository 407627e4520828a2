// Sections out of sight cost nothing while a live figure moves: a browser skips them (book.css) once it knows their heights.
addEventListener("load", async () => {
  const article = document.querySelector(".bd-article");
  await document.fonts.ready; // they change heights
  const sections = [...article.querySelectorAll("section section")].filter((section) => !section.querySelector("live-figure"));
  let width = null;
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return;
    width = contentRect.width;
    for (const section of sections) section.classList.remove("book-skippable");
    const heights = sections.map((section) => section.getBoundingClientRect().height);
    sections.forEach((section, place) => {
      section.style.containIntrinsicHeight = `auto ${heights[place]}px`;
      section.classList.add("book-skippable");
    });
  }).observe(article);
});
